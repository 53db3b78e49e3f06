import {
  type DocumentNode,
  GraphQLError,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { UnsupportedPlanError } from '../execution/unsupported-plan-error.ts';
import { InvalidPlanError } from '../planning/invalid-plan-error.ts';
import { inlineFragments } from '../planning/plan/inlined-operation.ts';
import { operationOf } from '../planning/plan/operation-document.ts';
import type { Planner } from '../planning/planner.ts';
import { UnplannableOperationError } from '../planning/unplannable-operation-error.ts';
import type { OperationCounts } from '../telemetry/metrics.ts';
import { restrict, type Visit } from './authorization/restriction.ts';
import { AuthorizationRules } from './authorization/rules.ts';
import type { ClientOperation } from './client-operation.ts';
import { type CompiledOperation, compileOperation, type SourceRestriction } from './compiled-operation.ts';
import { OverrideLabels } from './override-labels.ts';
import { RequestDependentOperation, type Variant } from './request-dependent-operation.ts';
import { UnsupportedOperation } from './unsupported-operation.ts';

/** Result of compiling an operation: executable code, or why there is none. */
export type Compiled = CompiledOperation | UnsupportedOperation;

/** An operation that is compiled, or of which each request gets a compiled variant. */
export type Found = Compiled | RequestDependentOperation;

interface Entry {
  readonly operation: ClientOperation;
  readonly compiled: Found;
  uses: number;
}

interface CompiledEntry extends Entry {
  readonly compiled: Compiled;
}

/** An operation as it is for some requests. */
interface VariantEntry extends CompiledEntry {
  readonly variant: Variant;
}

/** Characters of documents and fetches: the code of an operation takes some fifty times as many bytes. */
const MAX_CHARACTERS = 2_000_000;

/** Number of operations of a supergraph that are compiled on its successor before that takes over. */
const WARMED_UP = 200;

export interface OperationsOptions {
  /** Effect of a denied part of an operation: it is removed, the whole is refused, or it is only reported. */
  readonly denied?: 'removed' | 'refused' | 'told';
  /** Counts of the supergraphs before, which this one continues. */
  readonly counts?: OperationCounts | undefined;
}

/** The operations of one supergraph, each planned and compiled on its first request. */
export class Operations {
  readonly planner: Planner;
  readonly rules: AuthorizationRules;
  readonly labels: OverrideLabels;
  readonly counts: OperationCounts;
  readonly #denied: OperationsOptions['denied'];
  readonly #entries = new LRUCache<string, Entry>({ maxSize: MAX_CHARACTERS });
  readonly #variants = new LRUCache<string, VariantEntry>({ maxSize: MAX_CHARACTERS });
  /** Operations and variants that are being compiled, which later requests wait for. */
  readonly #pending = new Map<string, Promise<CompiledEntry>>();

  constructor(planner: Planner, { denied = 'removed', counts }: OperationsOptions = {}) {
    this.planner = planner;
    this.rules = new AuthorizationRules(planner.directives.authorization);
    this.labels = new OverrideLabels(planner.directives.overrideLabels);
    this.#denied = denied;
    this.counts = counts ?? { hits: 0, misses: 0, unsupported: 0 };
  }

  /**
   * Returns a known operation at once, and compiles any other.
   *
   * @throws {GraphQLError} if there is no such operation, or planning it would take too long
   */
  get(operation: ClientOperation): Found | Promise<Found> {
    const key = keyOf(operation);
    const known = this.#entries.get(key);
    if (!known) return this.#add(key, operation);
    if (!(known.compiled instanceof RequestDependentOperation)) this.counts.hits += 1;
    known.uses += 1;
    return known.compiled;
  }

  /**
   * Returns an operation as it is for one request: at once, or compiled.
   *
   * @throws {GraphQLError} if planning it would take too long
   */
  variant(varying: RequestDependentOperation, variant: Variant): Compiled | Promise<Compiled> {
    const key = `${keyOf(varying.operation)} ${varying.keyOf(variant)}`;
    const known = this.#variants.get(key);
    if (!known) return this.#addVariant(key, varying, variant);
    this.counts.hits += 1;
    known.uses += 1;
    return known.compiled;
  }

  /** Returns the texts of the documents whose operations are compiled. */
  known(): string[] {
    return [...this.#entries.values()].map(({ operation }) => operation.source);
  }

  /** Number of operations that are kept; each variant of an operation counts. */
  get size(): number {
    return this.#entries.size + this.#variants.size;
  }

  /** Compiles what was used most on the supergraph before this, if it is still valid; other work goes on between. */
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
        const compiled = await this.get(operation);
        if (variant && compiled instanceof RequestDependentOperation)
          await this.variant(compiled, compiled.corresponding(variant));
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
      }
    }
  }

  #add(key: string, operation: ClientOperation): Found | Promise<Found> {
    const unplanned = UnsupportedOperation.ofKind(operation) ?? this.#dependsOnRequest(operation);
    const size = operation.source.length + 1;
    if (unplanned) {
      this.#entries.set(key, { operation, compiled: unplanned, uses: 1 }, { size });
      return unplanned;
    }
    return this.#once(key, async () => {
      const compiled = await this.#compileDocument(operation.document, operation.operationName);
      const entry = { operation, compiled, uses: 0 };
      this.#entries.set(key, entry, { size });
      return entry;
    });
  }

  #addVariant(key: string, varying: RequestDependentOperation, variant: Variant): Promise<Compiled> {
    const { operation } = varying;
    return this.#once(key, async () => {
      const entry = { operation, variant, compiled: await this.#compileVariant(varying, variant), uses: 0 };
      this.#variants.set(key, entry, { size: operation.source.length + 1 });
      const forgotten = varying.remember(key);
      if (forgotten !== undefined) this.#variants.delete(forgotten);
      return entry;
    });
  }

  /** Compiles an operation once, however many requests for it come at the same time. */
  async #once(key: string, compile: () => Promise<CompiledEntry>): Promise<Compiled> {
    let pending = this.#pending.get(key);
    if (!pending) {
      pending = compile().finally(() => this.#pending.delete(key));
      this.#pending.set(key, pending);
    }
    const entry = await pending;
    entry.uses += 1;
    return entry.compiled;
  }

  /** Returns undefined for an operation that is the same for every request: all are if there is no rule and no label. */
  #dependsOnRequest(operation: ClientOperation): RequestDependentOperation | undefined {
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
  ): Promise<Compiled> {
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

  async #compileDocument(
    document: DocumentNode,
    operationName: string | undefined,
    { restriction, overrideLabels }: VariantParts = {},
  ): Promise<Compiled> {
    const { apiSchema, supergraphSchema } = this.planner;
    this.counts.misses += 1;
    try {
      const visible = restriction ? documentOf(restriction.visible) : document;
      const planned = await this.planner.plan({ document: visible, operationName, overrideLabels });
      return compileOperation({ ...planned, apiSchema, supergraphSchema, document, operationName, restriction });
    } catch (error) {
      if (!(error instanceof UnsupportedPlanError || error instanceof UnplannableOperationError)) throw error;
      return UnsupportedOperation.withoutPlan(error.message, this.#publicField(error));
    }
  }

  #publicField(error: Error): string | undefined {
    if (!(error instanceof InvalidPlanError)) return undefined;
    const [typeName = '', field = ''] = error.coordinate.split('.');
    const type = this.planner.apiSchema.getType(typeName);
    const isPublic = (isObjectType(type) || isInterfaceType(type)) && field in type.getFields();
    return isPublic ? `${typeName}.${field}` : undefined;
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
