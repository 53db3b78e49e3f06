import { pino } from 'pino';
import { z } from 'zod';
import type { Logger } from '../logging.ts';

const logLine = z.looseObject({ level: z.number(), msg: z.string().optional() });

/** One line of a log, as pino writes it: `level` is 20 for debug, 30 info, 40 warn, 50 error. */
export type LogLine = z.infer<typeof logLine>;

/** A logger, and what it was given. */
export interface LogRecorder {
  readonly logger: Logger;
  readonly lines: LogLine[];
  /** The SQL of the statements that a database opened with this logger ran, in order. */
  statements(): unknown[];
  /** Forgets the lines so far. */
  clear(): void;
}

export function recordLog(): LogRecorder {
  const lines: LogLine[] = [];
  return {
    logger: pino({ level: 'debug' }, { write: (line) => void lines.push(logLine.parse(JSON.parse(line))) }),
    lines,
    statements: () => lines.filter(({ msg }) => msg === 'statement').map((line) => line.sql),
    clear: () => void lines.splice(0),
  };
}
