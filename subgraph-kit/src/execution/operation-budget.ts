import { ExpectedError, operationOverdue } from '@lockstep/runtime/graphql/errors.ts';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import type { Signal } from '@lockstep/runtime/http/signal.ts';

/** Share of an object that a value costs which is read from its object and has no parts. */
export const VALUE_COST = 0.2;

/** Objects that an error costs. */
export const ERROR_COST = 20;

/** Objects between two looks at the clock. A busy process is late to abort the signal. */
const LOOK_INTERVAL = 256;

/**
 * Work that one operation may still do: the objects it may make, in the time it has. Once it has ended, each call throws the
 * error that ended it.
 */
export class OperationBudget {
  readonly #maxObjects: number;
  readonly #lifetime: Lifetime;
  #left: number;
  /** Number of objects left at which to look at the clock. */
  #nextLook: number;
  #ended: ExpectedError | undefined;
  #loading: Promise<unknown> = Promise.resolve();
  /** Rejects the operation's result. */
  #reject: (error: ExpectedError) => void = () => {};

  constructor(maxObjects: number, lifetime: Lifetime) {
    this.#maxObjects = maxObjects;
    this.#lifetime = lifetime;
    this.#left = maxObjects;
    this.#nextLook = Math.max(0, maxObjects - LOOK_INTERVAL);
  }

  /** Error that ended the operation: it, and nothing else, is the operation's result. */
  get ended(): ExpectedError | undefined {
    return this.#ended;
  }

  /** Notes that the operation makes as many objects. @throws if it may not */
  spend(objects: number): void {
    this.#left -= objects;
    if (this.#left < this.#nextLook) this.#look();
  }

  /** @throws if the operation has ended, or its time is over */
  check(): void {
    const { signal, deadline } = this.#lifetime;
    if (this.#ended) throw this.#ended;
    if (deadline?.isOver) throw this.#end(operationOverdue(deadline.timeoutMs));
    if (signal.aborted) throw this.#end(reasonOf(signal));
  }

  /**
   * Runs loads of rows one after the other, each only if the operation still goes on. A row costs as much as an object.
   *
   * @param load resolves with rows, or with lists of them
   */
  load<Loaded>(load: () => Promise<Loaded[]>): Promise<Loaded[]> {
    const loading = this.#loading.then(() => this.#loadNow(load));
    this.#loading = loading.catch(() => {});
    return loading;
  }

  /** Resolves as the promise does, unless the operation ends or its client leaves before: then it rejects at once. */
  async inTime<Result>(result: Promise<Result>): Promise<Result> {
    const { signal } = this.#lifetime;
    const end = () => this.#end(reasonOf(signal));
    const ended = new Promise<never>((_, reject) => {
      this.#reject = reject;
    });
    if (this.#ended) this.#reject(this.#ended);
    else if (signal.aborted) end();
    signal.addEventListener('abort', end);
    try {
      return await Promise.race([result, ended]);
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  async #loadNow<Loaded>(load: () => Promise<Loaded[]>): Promise<Loaded[]> {
    try {
      this.check();
      const loaded = await load();
      let rows = 0;
      for (const one of loaded) rows += Array.isArray(one) ? one.length : 1;
      this.spend(rows);
      return loaded;
    } catch (error) {
      if (this.#ended) return dropped();
      throw error;
    }
  }

  #end(error: ExpectedError): ExpectedError {
    this.#ended ??= error;
    this.#left = Number.NEGATIVE_INFINITY;
    this.#reject(this.#ended);
    return this.#ended;
  }

  #look(): void {
    this.check();
    if (this.#left < 0) throw this.#end(tooManyObjects(this.#maxObjects));
    this.#nextLook = Math.max(0, this.#left - LOOK_INTERVAL);
  }
}

/**
 * Returns a promise that is never settled, for what waits within an operation that has ended: rejecting a million promises
 * would keep the process busy for half a second.
 */
export function dropped<Value>(): Promise<Value> {
  return new Promise(() => {});
}

function reasonOf({ reason }: Signal): ExpectedError {
  return reason instanceof ExpectedError ? reason : new ExpectedError('DEADLINE_EXCEEDED', 'The client has left');
}

function tooManyObjects(allowed: number): ExpectedError {
  const message = `The operation has more than ${allowed} objects, which is the most that this subgraph makes for one`;
  return new ExpectedError('OPERATION_LIMIT_EXCEEDED', message, {
    extensions: { limit: 'SUBGRAPH_MAX_OBJECTS', allowed },
  });
}
