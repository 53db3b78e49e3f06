import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { isRecord } from '@lockstep/runtime/json-record.ts';
import {
  type DirectiveNode,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  graphql,
  Kind,
  parse,
  type SelectionSetNode,
  validate,
} from 'graphql';
import type { FetchRequest } from '../../execution/fetching/fetch-request.ts';
import { OperationPlanner } from '../../planning/apollo/operation-planner.ts';
import { type CompiledOperation, compileOperation, type OperationResult } from '../compiled-operation.ts';
import { addResolvers, monolithOf, type Resolvers } from './monolith.ts';

export type Data = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

export interface FederationOptions {
  /** SDL by subgraph, without the `@link` to the federation specification. */
  readonly subgraphs: Readonly<Record<string, string>>;
  readonly resolvers?: Resolvers;
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

/** Subgraphs in this process, and a monolith over the same data. */
export class Federation {
  readonly supergraphSdl: string;
  readonly planner: OperationPlanner;
  readonly monolith: GraphQLSchema;
  /** Subgraph calls of the last operation. */
  calls: Call[] = [];
  /** Modifies the answers of subgraphs. */
  tamper: Tamper = (answer) => answer;
  readonly #reset: () => void;
  readonly #subgraphs = new Map<string, GraphQLSchema>();

  constructor({ subgraphs, resolvers = {}, data = {}, reset = () => {} }: FederationOptions) {
    this.#reset = reset;
    const services = Object.entries(subgraphs).map(([name, sdl]) => ({ name, typeDefs: parse(LINK + sdl) }));
    const { supergraphSdl, errors } = composeServices(services.map((service) => ({ ...service, url: service.name })));
    if (errors) throw new Error(errors.map(({ message }) => message).join('\n'));
    this.supergraphSdl = supergraphSdl;
    this.planner = new OperationPlanner(supergraphSdl);
    this.monolith = monolithOf(this.planner.apiSchema, resolvers);
    for (const { name, typeDefs } of services) {
      const schema = buildSubgraphSchema([{ typeDefs, resolvers: referenceResolvers(typeDefs, data) }]);
      addResolvers(schema, resolvers);
      this.#subgraphs.set(name, schema);
    }
  }

  /** Plans, compiles and runs an operation. */
  async execute(query: string, variables?: Record<string, unknown>, operationName?: string): Promise<OperationResult> {
    return this.run(await this.compile(query, operationName), variables);
  }

  /** Plans and compiles an operation. */
  async compile(query: string, operationName?: string): Promise<CompiledOperation> {
    const document = parse(query);
    const { planner } = this;
    const [invalid] = validate(planner.apiSchema, document);
    if (invalid) throw invalid;
    const { apiSchema, supergraphSchema } = planner;
    const planned = await planner.plan({ document, operationName });
    return compileOperation({ ...planned, apiSchema, supergraphSchema, document, operationName });
  }

  /** Runs a compiled operation. */
  async run(operation: CompiledOperation, variables?: Record<string, unknown>): Promise<OperationResult> {
    this.calls = [];
    this.#reset();
    return operation.execute({ variables, call: (request) => this.#answer(request) });
  }

  /** Runs an operation on the monolith. */
  async expected(query: string, variables?: Record<string, unknown>, operationName?: string): Promise<ExecutionResult> {
    this.#reset();
    return graphql({ schema: this.monolith, source: query, variableValues: variables, operationName });
  }

  async #answer(request: FetchRequest): Promise<GraphQLAnswer> {
    const { query, variables = {}, operationName }: FetchBody = JSON.parse(request.toBody());
    const { subgraph } = request.constants;
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

type ReferenceResolver = Record<
  '__resolveReference',
  (representation: Record<string, unknown>) => Record<string, unknown> | null
>;

function referenceResolvers(typeDefs: DocumentNode, data: Data): Record<string, ReferenceResolver> {
  const resolvers: Record<string, ReferenceResolver> = {};
  for (const node of typeDefs.definitions) {
    const isType = node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;
    if (!isType || !has(node.directives, 'key')) continue;
    const keys = (node.directives ?? []).flatMap(keyFieldsOf);
    const external = (node.fields ?? []).filter(({ directives }) => has(directives, 'external'));
    const objects = data[node.name.value] ?? Object.values(data).flat();
    resolvers[node.name.value] = {
      __resolveReference(representation) {
        const found = objects.find((object) => keys.some((key) => matches(key, representation, object)));
        if (!found) return null;
        const own = Object.entries(found).filter(([name]) => !external.some((field) => field.name.value === name));
        const { __typename, ...given } = representation;
        const typeName = node.kind === Kind.INTERFACE_TYPE_DEFINITION ? found.__typename : __typename;
        return { ...given, ...Object.fromEntries(own), __typename: typeName };
      },
    };
  }
  return resolvers;
}

function has(directives: readonly DirectiveNode[] | undefined, name: string): boolean {
  return directives?.some((directive) => directive.name.value === name) ?? false;
}

/** Returns the field set of a `@key`. */
function keyFieldsOf(directive: DirectiveNode): SelectionSetNode[] {
  const fields = directive.arguments?.find(({ name }) => name.value === 'fields')?.value;
  if (directive.name.value !== 'key' || fields?.kind !== Kind.STRING) return [];
  const [operation] = parse(`{${fields.value}}`).definitions;
  return operation?.kind === Kind.OPERATION_DEFINITION ? [operation.selectionSet] : [];
}

/** Returns true if an object has the key of a representation. */
function matches({ selections }: SelectionSetNode, representation: unknown, object: unknown): boolean {
  if (!isRecord(representation) || !isRecord(object)) return false;
  return selections.every((selection) => {
    if (selection.kind !== Kind.FIELD) return false;
    const name = selection.name.value;
    if (!(name in representation)) return false;
    const [given, own] = [representation[name], object[name]];
    return selection.selectionSet ? matches(selection.selectionSet, given, own) : given === own;
  });
}
