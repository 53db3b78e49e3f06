import { isDeepStrictEqual } from 'node:util';

/** An operation of clients, and the right answer to it. */
export interface Operation {
  readonly name: string;
  readonly query: string;
  /** Number of keys, which count from 0. */
  readonly keys: number;
  /** Processes that answer it, besides the gateway. */
  readonly graph: 'shop' | 'wide';
  /** Number of leaf fields in an answer, if the cost per field is reported. */
  readonly fields?: number;
  variables(key: number): Record<string, unknown>;
  /** Returns true if this is the requested data. Checks every field. */
  isRight(key: number, data: unknown): boolean;
}

/** Returns the body of a request as clients send it. */
export function bodyOf(operation: Operation, key: number): string {
  const { query, name } = operation;
  const operationName = name.replace(/^./, (letter) => letter.toUpperCase());
  return JSON.stringify({ operationName, query, variables: operation.variables(key) });
}

/** Returns an operation whose right answer is known in advance. */
export function queryOperation(options: Omit<Operation, 'isRight'> & { expected(key: number): unknown }): Operation {
  return { ...options, isRight: (key, data) => isDeepStrictEqual(data, options.expected(key)) };
}

/**
 * Checks every answer in full and cheaply: a text that was right for a key once is then compared as text.
 */
export class AnswerCheck {
  readonly #operation: Operation;
  readonly #rightTexts = new Map<number, string>();

  constructor(operation: Operation) {
    this.#operation = operation;
  }

  isRight(key: number, status: number, text: string): boolean {
    if (status !== 200) return false;
    if (this.#rightTexts.get(key) === text) return true;
    const answer = parse(text);
    if (answer === undefined || 'errors' in answer || !('data' in answer)) return false;
    if (!this.#operation.isRight(key, answer.data)) return false;
    this.#rightTexts.set(key, text);
    return true;
  }
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined; // a wrong answer
  }
}
