import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { PlannedOperation } from '../planner.ts';
import type { PlanningLimits } from '../planning-limits.ts';
import type { SubgraphSchema } from '../subgraph-schema.ts';
import type { PlanTask, SupergraphData, ThreadAnswer, ThreadData } from './messages.ts';
import { toError } from './plan-failure.ts';
import { PlanningThreadError } from './planning-thread-error.ts';

const MB = 1024 * 1024;

/** Part of the heap for young objects. V8 would take 48 MB, and an operation that takes 0.7 s to plan 130 MB, at the same CPU time. */
const MAX_YOUNG_MB = 12;

/** One planning thread, from the outside. It never keeps the process alive but while an answer is awaited. */
export class PlanningWorker {
  /** Resolves with the reason once the thread has ended. */
  readonly ended: Promise<PlanningThreadError>;
  readonly #worker: Worker;
  readonly #limits: PlanningLimits;
  #answered: PromiseWithResolvers<ThreadAnswer> | undefined;
  #end: PlanningThreadError | undefined;

  private constructor(data: ThreadData, limits: PlanningLimits) {
    this.#limits = limits;
    this.#worker = new Worker(new URL('./planning-thread.ts', import.meta.url), {
      name: 'planning',
      workerData: data,
      execArgv: [], // those of the process, such as --inspect, aren't for it
      resourceLimits: {
        maxOldGenerationSizeMb: Math.ceil(limits.heapBytes / MB),
        maxYoungGenerationSizeMb: MAX_YOUNG_MB,
      },
    });
    this.#worker.on('message', (answer: ThreadAnswer) => this.#answered?.resolve(answer));
    this.#worker.on('error', (error) => {
      this.#end ??= endOf(error, limits);
    });
    const ended = Promise.withResolvers<PlanningThreadError>();
    this.ended = ended.promise;
    this.#worker.on('exit', (code) => {
      this.#end ??= new PlanningThreadError('crashed', `it exited with code ${code}`);
      ended.resolve(this.#end); // first, so that whoever follows the thread knows before a plan is given back
      this.#answered?.reject(this.#end);
    });
  }

  /**
   * Starts a thread.
   *
   * @param source schemas to compose, or the supergraph that they were composed to before
   * @param signal ends it before it has loaded
   * @throws {ConfigurationError} if the schemas don't compose, or make no supergraph that can be served
   * @throws {PlanningThreadError} if the thread ends
   */
  static async start(
    source: readonly SubgraphSchema[] | string,
    limits: PlanningLimits,
    signal: AbortSignal,
  ): Promise<{ worker: PlanningWorker; supergraph: SupergraphData }> {
    const worker = new PlanningWorker({ source, planTimeoutMs: limits.timeoutMs }, limits);
    const stop = () => void worker.stop();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    const answer = await worker.#await(() => {}).finally(() => signal.removeEventListener('abort', stop));
    if (answer.kind === 'loaded') return { worker, supergraph: answer.supergraph };
    await worker.stop();
    throw new ConfigurationError(answer.kind === 'refused' ? answer.message : answer.kind);
  }

  /**
   * Plans an operation. To be called for one at a time.
   *
   * @throws an error of the planner
   * @throws {PlanningThreadError} if the thread ends, or has ended
   */
  async plan(task: PlanTask): Promise<PlannedOperation> {
    const watch = setTimeout(() => {
      this.#stopIfOverdue().catch(() => {}); // the thread has ended, as whoever waits for the plan is told
    }, this.#limits.timeoutMs);
    try {
      const answer = await this.#await(() => this.#worker.postMessage(task));
      if (answer.kind === 'planned') return answer.planned;
      throw answer.kind === 'failed'
        ? toError(answer.failure)
        : new Error(`the planning thread answered ${answer.kind}`);
    } finally {
      clearTimeout(watch);
    }
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  async #await(ask: () => void): Promise<ThreadAnswer> {
    if (this.#end) throw this.#end;
    this.#answered = Promise.withResolvers();
    this.#worker.ref();
    try {
      ask();
      return await this.#answered.promise;
    } finally {
      this.#answered = undefined;
      this.#worker.unref();
    }
  }

  /** Ends the thread if it doesn't notice by itself that a plan takes too long: called when it should have, at the earliest. */
  async #stopIfOverdue(): Promise<void> {
    const plan = this.#answered;
    const { timeoutMs } = this.#limits;
    const before = await this.#worker.cpuUsage();
    for (;;) {
      await delay(timeoutMs / 2, undefined, { ref: false });
      const { user, system } = await this.#worker.cpuUsage(before);
      if (this.#answered !== plan || this.#end) return;
      if ((user + system) / 1000 > 2 * timeoutMs) break;
    }
    this.#end = new PlanningThreadError('overdue', `a plan took more than ${timeoutMs} ms`);
    await this.stop();
  }
}

function endOf(error: Error, { heapBytes }: PlanningLimits): PlanningThreadError {
  return 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? new PlanningThreadError('outOfMemory', `it takes more memory than ${Math.ceil(heapBytes / MB)} MB`)
    : new PlanningThreadError('crashed', error.message, { cause: error });
}
