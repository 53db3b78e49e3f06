import { type DocumentNode, GraphQLError, Kind, type OperationDefinitionNode, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import { UnsupportedPlanError } from '../execution/unsupported-plan-error.ts';
import { OperationPlanner } from '../planning/apollo/operation-planner.ts';
import { UnplannableOperationError } from '../planning/unplannable-operation-error.ts';
import type { OperationCounts } from '../telemetry/operation-counts.ts';
import { inlineFragments } from './authorization/inlined-operation.ts';
import { restrict, type Visit } from './authorization/restriction.ts';
import { AuthorizationRules } from './authorization/rules.ts';
import type { ClientOperation } from './client-operation.ts';
import { type CompiledOperation, compileOperation, type SourceRestriction } from './compiled-operation.ts';
import { operationOf } from './operation-document.ts';
import { OverrideLabels } from './override-labels.ts';
import { RequestDependentOperation, type Variant } from './request-dependent-operation.ts';
import { UncompilableOperation } from './uncompilable-operation.ts';

/** What became of an operation: its code, or the reason why there is none. */
export type Compiled = CompiledOperation | UncompilableOperation;

/** An operation, and what became of it. */
interface Entry {
  readonly operation: ClientOperation;
  readonly compiled: Compiled | RequestDependentOperation;
  uses: number;
}

/** An operation as it is for some requests. */
interface VariantEntry extends Entry {
  readonly compiled: Compiled;
  readonly variant: Variant;
}

/** Characters of documents and fetches: the code of an operation takes some fifty times as many bytes. */
const MAX_CHARACTERS = 2_000_000;

/** How many operations of the last supergraph are compiled before its successor takes over. */
const WARMED_UP = 200;

export interface OperationsOptions {
  /** What happens where part of an operation is denied: it is removed, the whole is refused, or it is only told. */
  readonly denied?: 'removed' | 'refused' | 'told';
  /** Those of the supergraphs before, for this one to go on with. */
  readonly counts?: OperationCounts | undefined;
}

/** The operations of one supergraph, each planned and compiled when it first comes. */
export class Operations {
  readonly planner: OperationPlanner;
  readonly rules: AuthorizationRules;
  readonly labels: OverrideLabels;
  readonly counts: OperationCounts;
  readonly #denied: OperationsOptions['denied'];
  readonly #entries = new LRUCache<string, Entry>({ maxSize: MAX_CHARACTERS });
  readonly #variants = new LRUCache<string, VariantEntry>({ maxSize: MAX_CHARACTERS });

  /** @throws where the SDL is no supergraph, or links a feature that isn't supported */
  constructor(supergraphSdl: string, { denied = 'removed', counts }: OperationsOptions = {}) {
    this.planner = new OperationPlanner(supergraphSdl);
    this.rules = new AuthorizationRules(this.planner.supergraph);
    this.labels = new OverrideLabels(this.planner.supergraph);
    this.#denied = denied;
    this.counts = counts ?? { hits: 0, misses: 0, fallbacks: 0 };
  }

  /** @throws {GraphQLError} where there is no such operation, or planning it would take too long */
  get(operation: ClientOperation): Compiled | RequestDependentOperation {
    const key = keyOf(operation);
    const known = this.#entries.get(key);
    if (known && !(known.compiled instanceof RequestDependentOperation)) this.counts.hits += 1;
    const entry = known ?? this.#add(key, { operation, compiled: this.#compile(operation), uses: 0 });
    entry.uses += 1;
    return entry.compiled;
  }

  /** An operation as it is for one request. @throws {GraphQLError} where planning it would take too long */
  variant(varying: RequestDependentOperation, variant: Variant): Compiled {
    const { operation } = varying;
    const key = `${keyOf(operation)} ${varying.keyOf(variant)}`;
    let entry = this.#variants.get(key);
    if (entry) this.counts.hits += 1;
    else {
      entry = { operation, variant, compiled: this.#compileVariant(varying, variant), uses: 0 };
      this.#variants.set(key, entry, { size: operation.source.length + 1 });
      const forgotten = varying.remember(key);
      if (forgotten !== undefined) this.#variants.delete(forgotten);
    }
    entry.uses += 1;
    return entry.compiled;
  }

  /** The texts of the documents whose operations are compiled. */
  known(): string[] {
    return [...this.#entries.values()].map(({ operation }) => operation.source);
  }

  /** How many are kept: an operation that isn't the same for everybody once for each of its forms. */
  get size(): number {
    return this.#entries.size + this.#variants.size;
  }

  /** Compiles what was used most on the supergraph before this, and what is still valid; other work goes on between. */
  async warmUp(before: Operations): Promise<void> {
    const known: (Entry & { readonly variant?: Variant })[] = [
      ...before.#entries.values(),
      ...before.#variants.values(),
    ];
    const mostUsed = known.sort((a, b) => b.uses - a.uses).slice(0, WARMED_UP);
    for (const { operation, variant } of mostUsed) {
      await new Promise((resolve) => setImmediate(resolve));
      if (validate(this.planner.apiSchema, operation.document).length > 0) continue;
      try {
        const compiled = this.get(operation);
        if (variant && compiled instanceof RequestDependentOperation)
          this.variant(compiled, compiled.corresponding(variant));
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
      }
    }
  }

  #add(key: string, entry: Entry): Entry {
    this.#entries.set(key, entry, { size: entry.operation.source.length + 1 });
    return entry;
  }

  #compile(operation: ClientOperation): Compiled | RequestDependentOperation {
    const varying = this.#vary(operation);
    return varying ?? this.#compileDocument(operation.document, operation.operationName);
  }

  /** Undefined where the operation is the same for everybody, as all are on a supergraph that no rule and no label is in. */
  #vary(operation: ClientOperation): RequestDependentOperation | undefined {
    if (this.rules.isEmpty && this.labels.isEmpty) return undefined;
    const { rules, types } = this.#restrict(inlined(operation), () => true);
    const labels = this.labels.of(types);
    return rules.length === 0 && labels.length === 0
      ? undefined
      : new RequestDependentOperation(operation, rules, labels);
  }

  #compileVariant(
    { operation, labels }: RequestDependentOperation,
    { unmet, labelsOn, isAuthenticated }: Variant,
  ): Compiled {
    const { document, operationName } = operation;
    const overrideLabels = new Map(labels.map((label) => [label, labelsOn.has(label)]));
    if (unmet.size === 0) return this.#compileDocument(document, operationName, { overrideLabels });
    const whole = inlined(operation);
    const { visible, denied, denials } = this.#restrict(whole, (rule) => !unmet.has(rule));
    const parts = this.#denied === 'told' ? { visible: whole, denied: new Set<never>() } : { visible, denied };
    const restriction = { ...parts, denials, isAuthenticated, isWhole: this.#denied === 'refused' };
    return this.#compileDocument(documentOf(whole), operationName, { overrideLabels, restriction });
  }

  #restrict(operation: OperationDefinitionNode, isMet: Parameters<typeof restrict>[3]): Visit {
    return restrict(operation, this.planner.apiSchema, this.rules, isMet);
  }

  #compileDocument(
    document: DocumentNode,
    operationName: string | undefined,
    { restriction, overrideLabels }: VariantParts = {},
  ): Compiled {
    const { apiSchema, supergraphSchema } = this.planner;
    this.counts.misses += 1;
    try {
      const visible = restriction ? documentOf(restriction.visible) : document;
      const planned = this.planner.plan(visible, operationName, { overrideLabels });
      return compileOperation({ ...planned, apiSchema, supergraphSchema, document, operationName, restriction });
    } catch (error) {
      if (!(error instanceof UnsupportedPlanError || error instanceof UnplannableOperationError)) throw error;
      return new UncompilableOperation(error.message);
    }
  }
}

interface VariantParts {
  readonly restriction?: SourceRestriction;
  readonly overrideLabels?: ReadonlyMap<string, boolean>;
}

function keyOf({ queryHash, operationName }: ClientOperation): string {
  return `${queryHash} ${operationName ?? ''}`;
}

function inlined({ document, operationName }: ClientOperation): OperationDefinitionNode {
  return inlineFragments(document, operationOf(document, operationName));
}

function documentOf(operation: OperationDefinitionNode): DocumentNode {
  return { kind: Kind.DOCUMENT, definitions: [operation] };
}
