import { type DestinationStream, type Logger, multistream, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';

export type { Logger } from 'pino';

/**
 * A logger that writes warnings and less to standard output, errors to standard error.
 *
 * @param format `pretty` for a person at a terminal, `json` for a machine: one object a line with an ISO time
 */
export function createLogger(name: string, options: { format: 'pretty' | 'json'; level: string }): Logger {
  const streams = [
    { level: 'trace' as const, stream: destination(process.stdout, options.format) },
    { level: 'error' as const, stream: destination(process.stderr, options.format) },
  ];
  return pino(
    {
      name,
      level: options.level,
      base: { name, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    multistream(streams, { dedupe: true }),
  );
}

/**
 * Through process.stdout and process.stderr and not their descriptors: pm2's cluster mode takes the lines from those two.
 * Formatted here and not in a worker thread: the last line before an exit is the one that matters most.
 */
function destination(output: NodeJS.WriteStream, format: 'pretty' | 'json'): DestinationStream {
  if (format === 'json') return output;
  const prettify = prettyFactory({
    colorize: output.isTTY === true,
    translateTime: 'SYS:yyyy-mm-dd HH:MM:ss.l',
    ignore: 'pid',
  });
  return { write: (line) => output.write(prettify(line)) };
}
