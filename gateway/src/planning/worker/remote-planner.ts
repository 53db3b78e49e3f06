import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { OperationTooComplexError } from '../operation-too-complex-error.ts';
import type { OpenPlanner, PlannedOperation, PlanRequest } from '../planner.ts';
import type { PlanningLimits } from '../planning-limits.ts';
import type { PlanTask } from './messages.ts';
import { PlanQueue } from './plan-queue.ts';
import { PlanningThreadError } from './planning-thread-error.ts';
import { PlanningWorker } from './planning-worker.ts';

/** An operation that waits for its plan. */
interface Job extends PromiseWithResolvers<PlannedOperation> {
  readonly client: string | undefined;
  readonly task: PlanTask;
  readonly signal: AbortSignal | undefined;
  /** True if the thread has ended once while it planned the operation. */
  hasFailed: boolean;
}

const MAX_RESTART_DELAY_MS = 5000;

type Supergraph = Pick<OpenPlanner, 'apiSchema' | 'supergraphSchema' | 'directives' | 'supergraphSdl'>;

/** Planner in a thread of its own, which is restarted if it ends. */
export class RemotePlanner implements OpenPlanner {
  readonly supergraphSdl: string;
  readonly apiSchema: OpenPlanner['apiSchema'];
  readonly supergraphSchema: OpenPlanner['supergraphSchema'];
  readonly directives: OpenPlanner['directives'];
  readonly #limits: PlanningLimits;
  readonly #logger: Logger;
  readonly #queue = new PlanQueue<Job>();
  readonly #closing = new AbortController();
  #worker: Promise<PlanningWorker>;
  #isPlanning = false;
  /** Ends of the thread since it last made a plan. */
  #ends = 0;
  /** Users that have not closed it. */
  #holders = 1;

  constructor(supergraph: Supergraph, worker: PlanningWorker, limits: PlanningLimits, logger: Logger) {
    this.supergraphSdl = supergraph.supergraphSdl;
    this.apiSchema = supergraph.apiSchema;
    this.supergraphSchema = supergraph.supergraphSchema;
    this.directives = supergraph.directives;
    this.#limits = limits;
    this.#logger = logger;
    this.#worker = Promise.resolve(this.#follow(worker));
  }

  async plan({ document, operationName, overrideLabels, client, signal }: PlanRequest): Promise<PlannedOperation> {
    const text = document.loc?.source.body;
    const sent = text === undefined ? { json: JSON.stringify(document) } : { text };
    const task = { document: sent, operationName, overrideLabels };
    const job: Job = { ...Promise.withResolvers<PlannedOperation>(), client, task, signal, hasFailed: false };
    this.#queue.add(job);
    signal?.addEventListener('abort', () => {
      if (this.#queue.remove(job)) job.reject(signal.reason);
    });
    if (!this.#isPlanning) void this.#planAll();
    return job.promise;
  }

  share(): this {
    this.#holders += 1;
    return this;
  }

  /** Ends the thread once all users of the planner have closed it. */
  async close(): Promise<void> {
    this.#holders -= 1;
    if (this.#holders > 0) return;
    this.#closing.abort();
    await this.#worker.then((worker) => worker.stop(), ignore);
  }

  /** Plans what waits, one after another. */
  async #planAll(): Promise<void> {
    this.#isPlanning = true;
    for (let job = this.#queue.take(); job; job = this.#queue.take()) await this.#plan(job);
    this.#isPlanning = false;
  }

  async #plan(job: Job): Promise<void> {
    let began = performance.now();
    try {
      const worker = await this.#worker;
      began = performance.now();
      const planned = await worker.plan(job.task);
      this.#ends = 0;
      job.resolve(planned);
    } catch (error) {
      if (error instanceof PlanningThreadError && !this.#closing.signal.aborted) this.#planAgain(job, error);
      else job.reject(error);
    }
    this.#queue.charge(job, performance.now() - began);
  }

  /** Plans an operation once more if it need not be the cause of the thread's end: memory may have been short before. */
  #planAgain(job: Job, error: PlanningThreadError): void {
    if (error.reason === 'overdue' || job.hasFailed) {
      job.reject(new OperationTooComplexError(error.message));
    } else if (job.signal?.aborted) {
      job.reject(job.signal.reason);
    } else {
      job.hasFailed = true;
      this.#queue.putBack(job);
    }
  }

  #follow(worker: PlanningWorker): PlanningWorker {
    void worker.ended.then((error) => {
      if (this.#closing.signal.aborted) return;
      this.#ends += 1;
      this.#logger.error({ err: error.cause }, `the planning thread has ended, another is started: ${error.message}`);
      this.#worker = this.#restart();
      this.#worker.catch(ignore);
    });
    return worker;
  }

  /** Starts another thread: at once, or later and later if threads end without making a plan. */
  async #restart(): Promise<PlanningWorker> {
    const { signal } = this.#closing;
    for (;;) {
      const delayMs = this.#ends < 2 ? 0 : Math.min(50 * 2 ** this.#ends, MAX_RESTART_DELAY_MS);
      await delay(delayMs, undefined, { signal });
      try {
        const { worker } = await PlanningWorker.start(this.supergraphSdl, this.#limits, signal);
        if (!signal.aborted) return this.#follow(worker);
        await worker.stop();
      } catch (error) {
        this.#ends += 1;
        if (!signal.aborted) this.#logger.error({ err: error }, 'the planning thread can’t be started again');
      }
    }
  }
}

/** Takes a failure that is reported elsewhere, or that closing caused. */
function ignore(): void {}
