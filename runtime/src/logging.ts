import { type DestinationStream, type Logger, multistream, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';

export type { Logger } from 'pino';

/** Format and level of a logger. */
export interface LoggingOptions {
  /** `pretty` for a person at a terminal, `json` for a machine: one object a line with an ISO time. */
  readonly format: 'pretty' | 'json';
  /** Minimum level that is written, by its name in pino. */
  readonly level: string;
}

/** Formats of the loggers created here. */
const formats = new WeakMap<Logger, { current: LoggingOptions['format'] }>();

/** Creates a logger that writes errors to standard error, and everything else to standard output. */
export function createLogger(name: string, options: LoggingOptions): Logger {
  const format = { current: options.format };
  const streams = [
    { level: 'trace' as const, stream: destination(process.stdout, format) },
    { level: 'error' as const, stream: destination(process.stderr, format) },
  ];
  const logger = pino(
    {
      name,
      level: options.level,
      base: { name, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    multistream(streams, { dedupe: true }),
  );
  formats.set(logger, format);
  return logger;
}

/** Changes the format and level of a logger of {@link createLogger}. Its children keep their levels. */
export function reconfigure(logger: Logger, { format, level }: LoggingOptions): void {
  logger.level = level;
  const own = formats.get(logger);
  if (own) own.current = format;
}

/**
 * Writes to `process.stdout` and `process.stderr` instead of their file descriptors, because pm2's cluster mode reads lines from
 * those two. Formats in this thread instead of a worker, because the last line before an exit matters most.
 */
function destination(output: NodeJS.WriteStream, format: { readonly current: string }): DestinationStream {
  const prettify = prettyFactory({
    colorize: output.isTTY === true,
    translateTime: 'SYS:yyyy-mm-dd HH:MM:ss.l',
    ignore: 'pid',
  });
  return { write: (line) => output.write(format.current === 'json' ? line : prettify(line)) };
}
