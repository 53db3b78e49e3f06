import { type DocumentNode, GraphQLError, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import { type CompiledOperation, compileOperation } from './compiled-operation.ts';
import { OperationPlanner } from './planning/planner.ts';
import { UnplannableOperationError } from './planning/unplannable-operation-error.ts';
import { UnsupportedPlanError } from './unsupported-plan-error.ts';

/** An operation that a client sent. */
export interface ClientOperation {
  /** Validated against the supergraph's API schema. */
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  /** The document's hash. */
  readonly queryHash: string;
  /** The document's text. */
  readonly source: string;
}

/** An operation, and what became of it: its code, or the reason why there is none. */
interface Entry {
  readonly operation: ClientOperation;
  readonly compiled: CompiledOperation | UncompilableOperation;
  uses: number;
}

/** An operation that can't be compiled: it is for ApolloGateway's own executor. */
export class UncompilableOperation {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Characters of documents and fetches: the code of an operation takes some fifty times as many bytes. */
const MAX_CHARACTERS = 2_000_000;

/** How many operations of the last supergraph are compiled before its successor takes over. */
const WARMED_UP = 200;

/** The operations of one supergraph, each planned and compiled when it first comes. */
export class Operations {
  readonly planner: OperationPlanner;
  readonly #entries = new LRUCache<string, Entry>({ maxSize: MAX_CHARACTERS });

  /** @throws where the SDL is no supergraph, or links a feature that isn't supported */
  constructor(supergraphSdl: string) {
    this.planner = new OperationPlanner(supergraphSdl);
  }

  /** @throws {GraphQLError} where there is no such operation, or planning it would take too long */
  get(operation: ClientOperation): CompiledOperation | UncompilableOperation {
    const key = `${operation.queryHash} ${operation.operationName ?? ''}`;
    const entry = this.#entries.get(key) ?? this.#add(key, operation);
    entry.uses += 1;
    return entry.compiled;
  }

  /** The texts of the documents whose operations are compiled. */
  known(): string[] {
    return [...this.#entries.values()].map(({ operation }) => operation.source);
  }

  /** Compiles what was used most on the supergraph before this, and what is still valid; other work goes on between. */
  async warmUp(before: Operations): Promise<void> {
    const mostUsed = [...before.#entries.values()].sort((a, b) => b.uses - a.uses).slice(0, WARMED_UP);
    for (const { operation } of mostUsed) {
      await new Promise((resolve) => setImmediate(resolve));
      if (validate(this.planner.apiSchema, operation.document).length > 0) continue;
      try {
        this.get(operation);
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
      }
    }
  }

  #add(key: string, operation: ClientOperation): Entry {
    const entry = { operation, compiled: this.#compile(operation), uses: 0 };
    this.#entries.set(key, entry, { size: operation.source.length + 1 });
    return entry;
  }

  #compile({ document, operationName }: ClientOperation): CompiledOperation | UncompilableOperation {
    const { apiSchema, supergraphSchema } = this.planner;
    try {
      const planned = this.planner.plan(document, operationName);
      return compileOperation({ ...planned, apiSchema, supergraphSchema, document, operationName });
    } catch (error) {
      if (!(error instanceof UnsupportedPlanError || error instanceof UnplannableOperationError)) throw error;
      return new UncompilableOperation(error.message);
    }
  }
}
