import { isDeepStrictEqual } from 'node:util';

/** One thing that clients ask, and the right answer to it. */
export interface Operation {
  readonly name: string;
  readonly query: string;
  /** There are requests with the keys 0 to this, less one. */
  readonly keys: number;
  /** Which processes answer it: the gateway, and these. */
  readonly graph: 'shop' | 'wide';
  /** Leaf fields in one answer, where the cost of each is looked at. */
  readonly fields?: number;
  variables(key: number): Record<string, unknown>;
  /** Whether this is the data that was asked for. Every field is looked at. */
  isRight(key: number, data: unknown): boolean;
}

/** The request's body, as clients send it. */
export function bodyOf(operation: Operation, key: number): string {
  const { query, name } = operation;
  const operationName = name.replace(/^./, (letter) => letter.toUpperCase());
  return JSON.stringify({ operationName, query, variables: operation.variables(key) });
}

/** An operation whose right answer is known beforehand. */
export function queryOperation(options: Omit<Operation, 'isRight'> & { expected(key: number): unknown }): Operation {
  return { ...options, isRight: (key, data) => isDeepStrictEqual(data, options.expected(key)) };
}

/**
 * Checks every answer in full, and cheaply: a text that was found right for a key once is compared as text from then on.
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
    return undefined; // which is a wrong answer
  }
}
