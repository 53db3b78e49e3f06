import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  graphql,
  parse,
  validate,
} from 'graphql';
import type { AnswerLimits, ReplyBytes } from '../../execution/answer-budget.ts';
import type { FetchRequest } from '../../execution/fetching/fetch-request.ts';
import { OperationPlanner } from '../../planning/apollo/operation-planner.ts';
import { batch } from '../../subgraphs/batch.ts';
import { NO_CONTEXT } from '../../subgraphs/call-context.ts';
import { type CompiledOperation, compileOperation } from '../compiled-operation.ts';
import type { OperationResult } from '../operation-result.ts';
import { addResolvers, type Data, type FieldResolver, monolithOf, type Resolvers } from './monolith.ts';
import { hideExternalFields, referenceResolvers } from './subgraph-entities.ts';

export interface FederationOptions {
  /** SDL by subgraph, without the `@link` to the federation specification. */
  readonly subgraphs: Readonly<Record<string, string>>;
  readonly resolvers?: Resolvers;
  /** Resolves the fields without a resolver; they are properties if undefined. */
  readonly fallback?: FieldResolver;
  /** All objects by type. A subgraph reads its own fields of an entity from here, and the others from representations. */
  readonly data?: Data;
  /** Restores the state that mutations change. Called before each operation. */
  readonly reset?: () => void;
}

export interface Call {
  readonly subgraph: string;
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

export type Tamper = (answer: GraphQLAnswer, call: Call) => GraphQLAnswer | Promise<GraphQLAnswer>;

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external",
  "@provides", "@shareable", "@authenticated", "@requiresScopes", "@policy", "@inaccessible", "@override", "@interfaceObject", "@context", "@fromContext"])\n`;

/** Limits that no answer of a test reaches. */
export const NO_LIMITS: AnswerLimits = { maxObjects: Number.MAX_SAFE_INTEGER, maxBytes: Number.MAX_SAFE_INTEGER };

/** Subgraphs in this process, and a monolith over the same data. */
export class Federation {
  readonly supergraphSdl: string;
  readonly planner: OperationPlanner;
  readonly monolith: GraphQLSchema;
  /** Subgraph calls of the last operation. */
  calls: Call[] = [];
  /** Modifies the answers of subgraphs. */
  tamper: Tamper = (answer) => answer;
  limits: AnswerLimits = NO_LIMITS;
  /** Bytes of the subgraphs' replies; undefined if they don't count. */
  bytes: ReplyBytes | undefined;
  /** Set if entity fetches that are ready together are one call. */
  mergesFetches = true;
  /** Aborted when the client of the next operations leaves. */
  signal: AbortSignal | undefined;
  /** Sends fetches as one call if they can be. */
  readonly #call = batch({ joinsOperations: false })((request) =>
    this.answer(request.constants.subgraph, JSON.parse(request.toBody())),
  );
  #last: { readonly query: string; readonly document: DocumentNode } | undefined;
  readonly #reset: () => void;
  readonly #subgraphs = new Map<string, GraphQLSchema>();

  constructor({ subgraphs, resolvers = {}, fallback, data = {}, reset = () => {} }: FederationOptions) {
    this.#reset = reset;
    const services = Object.entries(subgraphs).map(([name, sdl]) => ({ name, typeDefs: parse(LINK + sdl) }));
    const { supergraphSdl, errors } = composeServices(services.map((service) => ({ ...service, url: service.name })));
    if (errors) throw new Error(errors.map(({ message }) => message).join('\n'));
    this.supergraphSdl = supergraphSdl;
    this.planner = new OperationPlanner(supergraphSdl);
    this.monolith = monolithOf(this.planner.apiSchema, resolvers, fallback);
    for (const { name, typeDefs } of services) {
      const schema = buildSubgraphSchema([{ typeDefs, resolvers: referenceResolvers(typeDefs, data) }]);
      addResolvers(schema, resolvers, fallback);
      hideExternalFields(schema, typeDefs);
      this.#subgraphs.set(name, schema);
    }
  }

  /** Plans, compiles and runs an operation. */
  async execute(query: string, variables?: Record<string, unknown>, operationName?: string): Promise<OperationResult> {
    return this.run(await this.compile(query, operationName), variables);
  }

  /** Plans and compiles an operation. */
  async compile(query: string, operationName?: string): Promise<CompiledOperation> {
    const document = this.#validDocument(query);
    const { planner } = this;
    const { apiSchema, supergraphSchema } = planner;
    const planned = await planner.plan({ document, operationName });
    const { mergesFetches } = this;
    return compileOperation({ ...planned, apiSchema, supergraphSchema, document, operationName, mergesFetches });
  }

  /** Runs a compiled operation. */
  async run(operation: CompiledOperation, variables?: Record<string, unknown>): Promise<OperationResult> {
    this.startOperation();
    const { signal = NO_CONTEXT.signal } = this;
    const call = (request: FetchRequest) => this.#call(request, { ...NO_CONTEXT, signal });
    return operation.execute({ variables, call, signal: this.signal, limits: this.limits, bytes: this.bytes });
  }

  /** Runs an operation on the monolith. */
  async expected(query: string, variables?: Record<string, unknown>, operationName?: string): Promise<ExecutionResult> {
    this.#reset();
    const document = this.#validDocument(query);
    return execute({ schema: this.monolith, document, variableValues: variables, operationName });
  }

  /** Parses and validates a query, once for the monolith and the federation: both have the API schema. */
  #validDocument(query: string): DocumentNode {
    if (this.#last?.query === query) return this.#last.document;
    const document = parse(query);
    const [invalid] = validate(this.planner.apiSchema, document);
    if (invalid) throw invalid;
    this.#last = { query, document };
    return document;
  }

  protected startOperation(): void {
    this.calls = [];
    this.#reset();
  }

  protected async answer(
    subgraph: string,
    { query, variables = {}, operationName }: FetchBody,
  ): Promise<GraphQLAnswer> {
    const schema = this.#subgraphs.get(subgraph);
    if (!schema) throw new Error(`no subgraph ${subgraph}`);
    const call = { subgraph, query, variables };
    this.calls.push(call);
    const result = await graphql({ schema, source: query, variableValues: variables, operationName, contextValue: {} });
    const answer: GraphQLAnswer = JSON.parse(JSON.stringify(result));
    return this.tamper(answer, call);
  }
}

interface FetchBody {
  query: string;
  variables?: Record<string, unknown>;
  operationName?: string;
}
