import { type DestinationStream, type Logger, multistream, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';

export type { Logger } from 'pino';

/** How a logger writes. */
export interface LoggingOptions {
  /** `pretty` for a person at a terminal, `json` for a machine: one object a line with an ISO time. */
  readonly format: 'pretty' | 'json';
  /** The least that is written, as pino calls it. */
  readonly level: string;
}

/** The formats of the loggers that were made here. */
const formats = new WeakMap<Logger, { current: LoggingOptions['format'] }>();

/**
 * A logger that writes warnings and less to standard output, errors to standard error.
 */
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

/** Has a logger of {@link createLogger} write in this way from now on. The levels of its children stay. */
export function reconfigure(logger: Logger, { format, level }: LoggingOptions): void {
  logger.level = level;
  const own = formats.get(logger);
  if (own) own.current = format;
}

/**
 * Through process.stdout and process.stderr and not their descriptors: pm2's cluster mode takes the lines from those two.
 * Formatted here and not in a worker thread: the last line before an exit is the one that matters most.
 */
function destination(output: NodeJS.WriteStream, format: { readonly current: string }): DestinationStream {
  const prettify = prettyFactory({
    colorize: output.isTTY === true,
    translateTime: 'SYS:yyyy-mm-dd HH:MM:ss.l',
    ignore: 'pid',
  });
  return { write: (line) => output.write(format.current === 'json' ? line : prettify(line)) };
}
