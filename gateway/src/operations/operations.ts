import { ByteCache } from '@lockstep/runtime/caching/byte-cache.ts';
import { documentBytes, shareOfHeap } from '@lockstep/runtime/caching/heap-bytes.ts';
import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import { GraphQLError, validate } from 'graphql';
import type { Planner } from '../planning/planner.ts';
import type { OperationCounts } from '../telemetry/figures.ts';
import type { RejectionCounts } from '../telemetry/rejection-counts.ts';
import type { AuthorizationRules } from './authorization/rules.ts';
import { type ClientOperation, keyOf } from './client-operation.ts';
import { CompiledOperation } from './compiled-operation.ts';
import { type Compiled, type CompilerOptions, OperationCompiler } from './operation-compiler.ts';
import { RequestDependentOperation, type Variant } from './request-dependent-operation.ts';
import { AbandonedError, SharedWork, type Waiter } from './shared-work.ts';
import { UnsupportedOperation } from './unsupported-operation.ts';

/** An operation that is compiled, or of which each request gets a compiled variant. */
export type Found = Compiled | RequestDependentOperation;

interface Entry {
  readonly operation: ClientOperation;
  readonly compiled: Found;
  /** Set if this is the operation as it is for some requests only. */
  readonly variant?: Variant;
  uses: number;
}

interface CompiledEntry extends Entry {
  readonly compiled: Compiled;
}

/** Bound of all operations that are kept: some two thousand common ones if the heap may be large. */
const MAX_BYTES = shareOfHeap(1 / 16);

/** Bytes of an entry without code, beside its document. */
const ENTRY_BYTES = 5000;

/** Number of operations of a supergraph that are compiled on its successor before that takes over. */
const WARMED_UP = 200;

export interface OperationsOptions extends Partial<CompilerOptions> {
  /** Counts of the supergraphs before, which this one continues. */
  readonly counts?: OperationCounts | undefined;
  /** Counts of requests that are refused because too many operations wait to be planned. */
  readonly refusals?: RejectionCounts | undefined;
  /** Bound of all operations that are kept. */
  readonly maxBytes?: number;
}

/** The operations of one supergraph, each planned and compiled on its first request. */
export class Operations {
  readonly planner: Planner;
  readonly counts: OperationCounts;
  readonly #compiler: OperationCompiler;
  readonly #entries: ByteCache<Entry>;
  /** Operations and variants that are being compiled, which later requests wait for. */
  readonly #pending = new Map<string, SharedWork<CompiledEntry>>();
  readonly #refusals: RejectionCounts | undefined;

  constructor(
    planner: Planner,
    { denied = 'removed', mergesFetches = true, counts, refusals, maxBytes = MAX_BYTES }: OperationsOptions = {},
  ) {
    this.planner = planner;
    this.#refusals = refusals;
    this.#entries = new ByteCache(maxBytes);
    this.counts = counts ?? { hits: 0, misses: 0, unsupported: 0 };
    this.#compiler = new OperationCompiler(planner, { denied, mergesFetches }, this.counts);
  }

  /** Authorization rules of the supergraph. */
  get rules(): AuthorizationRules {
    return this.#compiler.rules;
  }

  /**
   * Returns a known operation at once, and compiles any other.
   *
   * @throws {GraphQLError} if there is no such operation, `OVERLOADED` if too many wait to be planned, or `DEADLINE_EXCEEDED` if
   * the request that waits leaves before
   */
  get(operation: ClientOperation, waiter: Waiter = {}): Found | Promise<Found> {
    const key = keyOf(operation);
    const known = this.#entries.get(key);
    if (!known) return this.#add(key, operation, waiter);
    if (!(known.compiled instanceof RequestDependentOperation)) this.counts.hits += 1;
    known.uses += 1;
    return known.compiled;
  }

  /**
   * Returns an operation as it is for one request: at once, or compiled.
   *
   * @throws {GraphQLError} `OVERLOADED` and `DEADLINE_EXCEEDED` as {@link get}
   */
  variant(varying: RequestDependentOperation, variant: Variant, waiter: Waiter = {}): Compiled | Promise<Compiled> {
    const key = `${keyOf(varying.operation)} ${varying.keyOf(variant)}`;
    const known = this.#entries.get(key);
    if (!known || known.compiled instanceof RequestDependentOperation)
      return this.#addVariant(key, varying, variant, waiter);
    this.counts.hits += 1;
    known.uses += 1;
    return known.compiled;
  }

  /** Returns the texts of the documents whose operations are compiled. */
  known(): string[] {
    return [...this.#entries.values()].flatMap(({ operation, variant }) => (variant ? [] : operation.source));
  }

  /** Number of operations that are kept; each variant of an operation counts. */
  get size(): number {
    return this.#entries.size;
  }

  /** Compiles what was used most on the supergraph before this, if it is still valid; other work goes on between. */
  async warmUp(before: Operations): Promise<void> {
    const mostUsed = [...before.#entries.values()].sort((a, b) => b.uses - a.uses).slice(0, WARMED_UP);
    for (const { operation, variant, compiled: known } of mostUsed) {
      if (known instanceof UnsupportedOperation) continue; // it may have taken long to find that out
      await new Promise((resolve) => setImmediate(resolve));
      if (validate(this.planner.apiSchema, operation.document).length > 0) continue;
      try {
        const compiled = await this.get(operation);
        if (variant && compiled instanceof RequestDependentOperation)
          await this.variant(compiled, compiled.corresponding(variant));
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
      }
    }
  }

  #add(key: string, operation: ClientOperation, waiter: Waiter): Found | Promise<Found> {
    const unplanned = UnsupportedOperation.ofKind(operation) ?? this.#compiler.dependsOnRequest(operation);
    if (unplanned) {
      this.#keep(key, { operation, compiled: unplanned, uses: 1 });
      return unplanned;
    }
    return this.#once(key, waiter, async (request) => {
      const { document, operationName } = operation;
      const compiled = await this.#compiler.compileDocument(document, operationName, request);
      return this.#keep(key, { operation, compiled, uses: 0 });
    });
  }

  #addVariant(key: string, varying: RequestDependentOperation, variant: Variant, waiter: Waiter): Promise<Compiled> {
    const { operation } = varying;
    return this.#once(key, waiter, async (request) => {
      const compiled = await this.#compiler.compileVariant(varying, variant, request);
      if (compiled instanceof CompiledOperation) compiled.held.add(documentBytes(operation.document));
      const forgotten = varying.remember(key);
      if (forgotten !== undefined) this.#entries.delete(forgotten);
      return this.#keep(key, { operation, variant, compiled, uses: 0 });
    });
  }

  #keep<Kept extends Entry>(key: string, entry: Kept): Kept {
    const { operation, compiled } = entry;
    const held =
      compiled instanceof CompiledOperation ? compiled.held : ENTRY_BYTES + documentBytes(operation.document);
    this.#entries.set(key, entry, held);
    return entry;
  }

  /** Compiles an operation once, however many requests for it come at the same time, and not if all leave before its turn. */
  async #once(key: string, waiter: Waiter, compile: Compile): Promise<Compiled> {
    for (;;) {
      const pending = this.#pending.get(key) ?? this.#begin(key, waiter, compile);
      try {
        const entry = await pending.wait(waiter);
        entry.uses += 1;
        return entry.compiled;
      } catch (error) {
        if (error instanceof AbandonedError) continue; // this request came as the last one before it left
        if (error instanceof ExpectedError && error.extensions.code === OVERLOADED) {
          this.#refusals?.add(OVERLOADED, 'refused');
        }
        throw error;
      }
    }
  }

  #begin(key: string, waiter: Waiter, compile: Compile): SharedWork<CompiledEntry> {
    const client = waiter.client?.();
    const pending = new SharedWork((signal) => compile({ client, signal }).finally(() => this.#pending.delete(key)));
    this.#pending.set(key, pending);
    return pending;
  }
}

const OVERLOADED = 'OVERLOADED';

type Compile = (request: {
  readonly client: string | undefined;
  readonly signal: AbortSignal;
}) => Promise<CompiledEntry>;
