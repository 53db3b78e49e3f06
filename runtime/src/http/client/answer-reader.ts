import type { GraphQLFormattedError } from 'graphql';
import { isRecord, type JsonRecord } from '../../json-record.ts';
import type { Logger } from '../../logging.ts';
import type { GraphQLAnswer, Reply } from './subgraph-answer.ts';

const BYTE_ORDER_MARK = 0xfeff;

/** Thrown for a reply whose body is no GraphQL answer. */
export class UnreadableAnswerError extends Error {
  override readonly name = 'UnreadableAnswerError';
  readonly status: number;

  constructor(status: number, cause?: unknown) {
    const detail = cause instanceof Error ? `: ${cause.message}` : '';
    super(`the subgraph answered ${status} with a body that is no GraphQL answer${detail}`, { cause });
    this.status = status;
  }
}

/** Message of an error that has none. */
const NO_MESSAGE = 'The subgraph gave no message';

/**
 * Reads the replies of one subgraph as GraphQL, whatever their status. Takes what it understands of a reply that deviates
 * from the specification, and logs each kind of deviation once.
 *
 * @see https://spec.graphql.org/October2021/#sec-Response-Format
 */
export class AnswerReader {
  readonly #subgraph: string;
  readonly #logger: Logger;
  readonly #logged = new Set<string>();

  constructor(subgraph: string, logger: Logger) {
    this.#subgraph = subgraph;
    this.#logger = logger;
  }

  /** Returns the answer. @throws {UnreadableAnswerError} if there is neither data in it nor an error with a message */
  read({ status, text }: Pick<Reply, 'status' | 'text'>): GraphQLAnswer {
    const value = parse(status, text);
    if (isAnswer(value)) return value;
    const answer = isRecord(value) ? this.#understand(value) : undefined;
    if (answer) return answer;
    throw new UnreadableAnswerError(status);
  }

  #understand({ data, errors }: JsonRecord): GraphQLAnswer | undefined {
    const hasData = isData(data);
    const listed = toList(errors);
    if (!hasData && !listed.some(hasMessage)) return undefined;
    if (!hasData && data !== undefined) this.#log('data is not a map');
    if (errors === null) this.#log('errors is null');
    else if (errors !== undefined && !Array.isArray(errors)) this.#log('errors is not a list');
    else if (errors !== undefined && listed.length === 0) this.#log('errors is an empty list');
    const understood = listed.map((error) => this.#toError(error));
    return { ...(hasData && { data }), ...(understood.length > 0 && { errors: understood }) };
  }

  #toError(value: unknown): GraphQLFormattedError {
    if (isError(value)) return value;
    if (!isRecord(value)) {
      this.#log('an error is not a map');
      return { message: typeof value === 'string' ? value : NO_MESSAGE };
    }
    const { message, path, extensions } = value;
    if (!hasMessage(value)) this.#log('an error has no message');
    if (path !== undefined && !Array.isArray(path)) this.#log('the path of an error is not a list');
    if (extensions !== undefined && !isRecord(extensions)) this.#log('the extensions of an error are not a map');
    return {
      message: typeof message === 'string' ? message : NO_MESSAGE,
      ...(Array.isArray(path) && { path }),
      ...(isRecord(extensions) && { extensions }),
    };
  }

  #log(deviation: string): void {
    if (this.#logged.has(deviation)) return;
    this.#logged.add(deviation);
    const message = `the subgraph deviates from the GraphQL specification: ${deviation}; the rest of its answers is used`;
    this.#logger.warn({ subgraph: this.#subgraph }, message);
  }
}

function parse(status: number, text: string): unknown {
  try {
    return JSON.parse(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text);
  } catch (error) {
    throw new UnreadableAnswerError(status, error);
  }
}

function isAnswer(value: unknown): value is GraphQLAnswer {
  if (!isRecord(value)) return false;
  const { data, errors } = value;
  if (errors !== undefined && !(Array.isArray(errors) && errors.length > 0 && errors.every(isError))) return false;
  return isData(data) || (data === undefined && errors !== undefined);
}

function isData(value: unknown): value is JsonRecord | null {
  return value === null || isRecord(value);
}

function isError(value: unknown): value is GraphQLFormattedError {
  if (!isRecord(value)) return false;
  const { message, path, extensions } = value;
  if (typeof message !== 'string') return false;
  return (path === undefined || Array.isArray(path)) && (extensions === undefined || isRecord(extensions));
}

function toList(errors: unknown): readonly unknown[] {
  if (errors === undefined || errors === null) return [];
  return Array.isArray(errors) ? errors : [errors];
}

function hasMessage(error: unknown): boolean {
  return typeof error === 'string' || (isRecord(error) && typeof error.message === 'string');
}
