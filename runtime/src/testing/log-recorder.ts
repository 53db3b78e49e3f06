import { pino } from 'pino';
import { z } from 'zod';
import type { Logger } from '../logging.ts';
import { scopeFields } from '../request-scope.ts';

const logLine = z.looseObject({ level: z.number(), msg: z.string().optional() });

/** A log line of pino. `level` is 20 for debug, 30 info, 40 warn and 50 error. */
export type LogLine = z.infer<typeof logLine>;

/** A logger that records its lines. */
export interface LogRecorder {
  readonly logger: Logger;
  readonly lines: LogLine[];
  /** Returns the SQL statements of databases opened with this logger, in order. */
  statements(): unknown[];
  /** Forgets the lines so far. */
  clear(): void;
}

export function recordLog(): LogRecorder {
  const lines: LogLine[] = [];
  return {
    logger: pino(
      { level: 'debug', mixin: scopeFields },
      { write: (line) => void lines.push(logLine.parse(JSON.parse(line))) },
    ),
    lines,
    statements: () => lines.filter(({ msg }) => msg === 'statement').map((line) => line.sql),
    clear: () => void lines.splice(0),
  };
}
