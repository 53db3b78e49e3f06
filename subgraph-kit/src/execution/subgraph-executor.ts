import type {
  ApolloServerOptionsWithGateway,
  ApolloServerPlugin,
  BaseContext,
  GraphQLRequestListener,
} from '@apollo/server';
import { shareOfHeap } from '@lockstep/runtime/caching/heap-bytes.ts';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import type { GraphQLParams, KnownRequest } from '@lockstep/runtime/http/server/graphql.ts';
import { KnownOperations } from '@lockstep/runtime/http/server/known-operations.ts';
import { plainRequestOf } from '@lockstep/runtime/http/server/plain-request.ts';
import { type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import { CacheHints, NO_STORE } from './cache-hints.ts';
import { CompiledOperation } from './compiled-operation.ts';
import type { OperationBudget } from './operation-budget.ts';

type GatewayInterface = NonNullable<ApolloServerOptionsWithGateway<BaseContext>['gateway']>;
type LoadResult = Awaited<ReturnType<GatewayInterface['load']>>;
type RequestContext = Parameters<NonNullable<LoadResult['executor']>>[0];

type Variables = Readonly<Record<string, unknown>>;

/** Bound of the operations that are compiled. */
const MAX_BYTES = shareOfHeap(1 / 16);

/** The time of an operation and the work that it may do. */
export interface Operation extends Lifetime {
  readonly budget: OperationBudget;
}

/** Context of an operation. */
export interface OperationContext extends Operation {
  /** Result of the operation if it ran before Apollo Server got it, which then reports its errors. */
  result?: ExecutionResult;
  /** `cache-control` of the answer unless it has errors; undefined if the schema has no hints. */
  cacheControl?: string | undefined;
}

/** Is told of an operation that had an answer without errors. */
type NoteAnswer = (kind: string, name: string | undefined) => void;

/** Runs a subgraph's operations. Apollo Server takes it for its gateway. */
export class SubgraphExecutor implements GatewayInterface {
  readonly #schema: GraphQLSchema;
  readonly #hints: CacheHints | undefined;
  readonly #note: NoteAnswer | undefined;
  readonly #known = new KnownOperations<CompiledOperation>(MAX_BYTES);

  /** @param note is told of each operation that is answered without Apollo Server */
  constructor(schema: GraphQLSchema, note?: NoteAnswer) {
    this.#schema = schema;
    this.#note = note;
    this.#hints = CacheHints.of(schema);
  }

  async load(): Promise<LoadResult> {
    return {
      executor: async (request) =>
        request.context.result ?? this.#execute(request, request.context as OperationContext),
    };
  }

  onSchemaLoadOrUpdate(listener: Parameters<GatewayInterface['onSchemaLoadOrUpdate']>[0]): () => void {
    listener({ apiSchema: this.#schema, coreSupergraphSdl: '' });
    return () => {};
  }

  async stop(): Promise<void> {}

  /** Returns a plugin that gives the answers of Apollo Server their `cache-control`; nothing if the schema has no hints. */
  plugins(): ApolloServerPlugin<OperationContext>[] {
    if (!this.#hints) return [];
    const listener: GraphQLRequestListener<OperationContext> = {
      willSendResponse: async ({ contextValue, response: { body, http } }) => {
        const isRight = body.kind === 'single' && !body.singleResult.errors;
        http.headers.set('cache-control', (isRight && contextValue.cacheControl) || NO_STORE);
      },
    };
    return [{ requestDidStart: async () => listener }];
  }

  /**
   * Returns what runs a request without Apollo Server, if that has let its document through before: handing it over once
   * more would cost a quarter to a half more of a subgraph's CPU.
   */
  find(asked: GraphQLParams): KnownRequest<OperationContext> | undefined {
    const plain = plainRequestOf(asked);
    const operation = plain && this.#known.get(plain.query, plain.operationName);
    return operation ? (context) => this.#answer(operation, context, plain.variables) : undefined;
  }

  /** Returns the response's text, or leaves a result with errors to Apollo Server, which formats them. */
  async #answer(
    operation: CompiledOperation,
    context: OperationContext,
    variables: Variables,
  ): Promise<string | undefined> {
    const result = await operation.execute(context, variables);
    if (!result.errors) {
      this.#note?.(operation.kind, operation.name);
      return `${JSON.stringify(result)}\n`;
    }
    context.result = result;
    return undefined;
  }

  #execute(
    { document, source, request }: RequestContext,
    context: OperationContext,
  ): ExecutionResult | Promise<ExecutionResult> {
    const { variables = {}, operationName } = request;
    const operation = this.#compiled(document, source, operationName);
    return operation ? operation.execute(context, variables) : { errors: [noSuchOperation(operationName)] };
  }

  #compiled(document: RequestContext['document'], source: string, name?: string): CompiledOperation | undefined {
    const known = this.#known.get(source, name);
    if (known) return known;
    const operation = CompiledOperation.of(this.#schema, document, name, this.#hints);
    if (operation) this.#known.set(source, name, operation, operation.held);
    return operation;
  }
}

/** Returns graphql-js's error for an operation that the document doesn't have, which Apollo Server leaves to the executor. */
function noSuchOperation(name: string | null | undefined): GraphQLError {
  if (name != null) return new GraphQLError(`Unknown operation named "${name}".`);
  return new GraphQLError('Must provide operation name if query contains multiple operations.');
}
