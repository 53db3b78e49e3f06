import { createRequire } from 'node:module';
import { type DestinationStream, type Logger, multistream, pino } from 'pino';
import { BatchedLines } from './logs/batched-lines.ts';
import { scopeFields } from './request-scope.ts';

export type { Logger } from 'pino';

/** Format and level of a logger. */
export interface LoggingOptions {
  /** `pretty` for a person at a terminal, `json` for a machine: one object a line with an ISO time. */
  readonly format: 'pretty' | 'json';
  /** Minimum level that is written, by its name in pino. */
  readonly level: string;
}

/** Output of a logger. */
interface Output {
  /** Fields of each line. */
  readonly base: Readonly<Record<string, string | number>>;
  format: LoggingOptions['format'];
  /** Get each line too, as JSON. */
  readonly copies: Set<(line: string) => void>;
  /** Lines for standard output that wait for others; undefined if none ever do. */
  batch: BatchedLines | undefined;
}

/** Outputs of the loggers created here. */
const outputs = new WeakMap<Logger, Output>();

/**
 * Creates a logger that writes errors to standard error, and everything else to standard output. Each line that is logged for a
 * request has its id.
 */
export function createLogger(name: string, options: LoggingOptions): Logger {
  const base = { name, pid: process.pid };
  const own: Output = { base, format: options.format, copies: new Set(), batch: undefined };
  const streams = [
    { level: 'trace' as const, stream: destination(process.stdout, own) },
    { level: 'error' as const, stream: destination(process.stderr, own) },
  ];
  const logger = pino(
    {
      name,
      level: options.level,
      base,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: scopeFields,
    },
    multistream(streams, { dedupe: true }),
  );
  outputs.set(logger, own);
  return logger;
}

/** Changes the format and level of a logger of {@link createLogger}. Its children keep their levels. */
export function reconfigure(logger: Logger, { format, level }: LoggingOptions): void {
  logger.level = level;
  const own = outputs.get(logger);
  if (own) own.format = format;
}

/** Gives a function each line of a logger of {@link createLogger}, as JSON. Returns a function that ends that. */
export function copyLines(logger: Logger, take: (line: string) => void): () => void {
  const own = outputs.get(logger);
  own?.copies.add(take);
  return () => void own?.copies.delete(take);
}

/**
 * Returns a function that logs fields, of which there is at least one, with this message at `info`. It takes half as long as the logger's own, and writes the
 * lines of a few milliseconds together: before any other line, and before the process exits.
 */
export function batchedInfo(logger: Logger, msg: string): (fields: object) => void {
  const own = outputs.get(logger);
  if (!own) return (fields) => logger.info(fields, msg);
  own.batch ??= new BatchedLines((lines) => process.stdout.write(lines));
  const { batch } = own;
  const format = formatter(process.stdout, own);
  const base = JSON.stringify(own.base).slice(1, -1);
  const end = `,"msg":${JSON.stringify(msg)}}\n`;
  let timeMs = 0;
  let time = '';
  return (fields) => {
    if (!logger.isLevelEnabled('info')) return;
    const nowMs = Date.now();
    if (nowMs !== timeMs) time = new Date(nowMs).toISOString();
    timeMs = nowMs;
    batch.add(format(`{"level":"info","time":"${time}",${base},${JSON.stringify(fields).slice(1, -1)}${end}`));
  };
}

/**
 * Characters that make a terminal or an editor show another line than was written, or that end a line for some readers: C0
 * controls but tabs and line ends, as JSON escapes them; C1 controls, bidirectional controls and Unicode's line ends, which
 * JSON leaves as they are. An escaped backslash is matched so that what follows it isn't taken for an escape.
 *
 * @see https://trojansource.codes
 */
const UNSAFE = /\\(?:\\|[bfr]|u00[01][\da-f])|[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

const SHORT_ESCAPES: Readonly<Record<string, string>> = { b: '\\u0008', f: '\\u000c', r: '\\u000d' };

/** Escapes a line of JSON, so that it stays what it is. */
function inJson(found: string): string {
  return found.startsWith('\\') ? found : escapeOf(found);
}

/** Escapes a line of JSON that is decoded before it is shown, so that the escape is what is shown. */
function inText(found: string): string {
  if (found === '\\\\') return found;
  const [, kind = ''] = found;
  return `\\${found.startsWith('\\') ? (SHORT_ESCAPES[kind] ?? found) : escapeOf(found)}`;
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * Writes to `process.stdout` and `process.stderr` instead of their file descriptors, because pm2's cluster mode reads lines from
 * those two. Formats in this thread instead of a worker, because the last line before an exit matters most.
 */
function destination(output: NodeJS.WriteStream, own: Output): DestinationStream {
  const format = formatter(output, own);
  return {
    write: (line) => {
      const text = format(line);
      own.batch?.flush();
      return output.write(text);
    },
  };
}

/** Returns a function that hands on a line of JSON, and returns it as it is to be written. */
function formatter(output: NodeJS.WriteStream, own: Output): (line: string) => string {
  let prettify: ((line: string) => string) | undefined;
  return (line) => {
    for (const take of own.copies) take(line);
    if (own.format === 'json') return line.replace(UNSAFE, inJson);
    prettify ??= createPrettifier(output);
    return prettify(line.replace(UNSAFE, inText));
  };
}

/** Loads pino-pretty, without which a process that logs JSON starts in 10 ms less. */
function createPrettifier(output: NodeJS.WriteStream): (line: string) => string {
  const { prettyFactory }: typeof import('pino-pretty') = createRequire(import.meta.url)('pino-pretty');
  return prettyFactory({
    colorize: output.isTTY === true,
    translateTime: 'SYS:yyyy-mm-dd HH:MM:ss.l',
    ignore: 'pid',
  });
}
