import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';

/** Number of operations that wait to be planned: 15 s of the slowest, or a second of usual ones. */
const MAX_WAITING = 500;

/** Number of those that one client may have waiting. */
const MAX_WAITING_OF_CLIENT = 100;

const RETRY_AFTER_S = 1;

/** Something of a client that waits for its turn. */
export interface Waiting {
  /** Undefined for the gateway itself, whose operations aren't bounded. */
  readonly client: string | undefined;
}

/** The operations of one client. */
interface ClientQueue<Job> {
  readonly waiting: Job[];
  /** Point on the queue's clock of planning time at which the client's next operation is due. */
  dueMs: number;
}

/**
 * Operations that wait to be planned. Clients take turns by the time that their plans have taken, so that one that sends
 * slow operations delays its own: start-time fair queueing (https://doi.org/10.1109/90.649569).
 */
export class PlanQueue<Job extends Waiting> {
  readonly #clients = new Map<string | undefined, ClientQueue<Job>>();
  #size = 0;
  /** The clock of planning time: when the operation that was taken last was due. */
  #nowMs = 0;

  get size(): number {
    return this.#size;
  }

  /** @throws {GraphQLError} `OVERLOADED` if too many wait */
  add(job: Job): void {
    const known = this.#clients.get(job.client);
    if (job.client !== undefined) {
      if (this.#size >= MAX_WAITING) throw overloaded(`${MAX_WAITING} operations`);
      const ofClient = known?.waiting.length ?? 0;
      if (ofClient >= MAX_WAITING_OF_CLIENT) throw overloaded(`${ofClient} operations of this client`);
    }
    const queue = known ?? { waiting: [], dueMs: this.#nowMs };
    queue.dueMs = Math.max(queue.dueMs, this.#nowMs);
    queue.waiting.push(job);
    this.#clients.set(job.client, queue);
    this.#size += 1;
  }

  /** Returns the operation that is due first, which waits no longer. */
  take(): Job | undefined {
    let first: ClientQueue<Job> | undefined;
    for (const queue of this.#clients.values()) {
      if (queue.waiting.length > 0 && (!first || queue.dueMs < first.dueMs)) first = queue;
    }
    const job = first?.waiting.shift();
    if (!first || !job) return undefined;
    this.#nowMs = Math.max(this.#nowMs, first.dueMs);
    this.#size -= 1;
    return job;
  }

  /** Removes an operation. Returns false if it doesn't wait. */
  remove(job: Job): boolean {
    const waiting = this.#clients.get(job.client)?.waiting ?? [];
    const index = waiting.indexOf(job);
    if (index === -1) return false;
    waiting.splice(index, 1);
    this.#size -= 1;
    return true;
  }

  /** Puts back what was taken, as the first of its client. */
  putBack(job: Job): void {
    const queue = this.#clients.get(job.client) ?? { waiting: [], dueMs: this.#nowMs };
    queue.waiting.unshift(job);
    this.#clients.set(job.client, queue);
    this.#size += 1;
  }

  /** Charges the client of an operation for the time that planning it took. */
  charge({ client }: Job, tookMs: number): void {
    const queue = this.#clients.get(client);
    if (queue) queue.dueMs += tookMs;
    for (const [key, { waiting, dueMs }] of this.#clients) {
      if (waiting.length === 0 && dueMs <= this.#nowMs) this.#clients.delete(key);
    }
  }
}

function overloaded(waiting: string): ExpectedError {
  const message = `Already ${waiting} wait to be planned; try again in ${RETRY_AFTER_S} s`;
  const headers = new Map([['retry-after', String(RETRY_AFTER_S)]]);
  return new ExpectedError('OVERLOADED', message, { extensions: { http: { status: 503, headers } } });
}
