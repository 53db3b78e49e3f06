import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  Kind,
  parse,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { type FieldedType, graphIn, isFieldedType, namedType } from '../join-directives.ts';
import { type InterfaceObject, implementationsOf } from './interface-objects.ts';

/** Names of the subgraphs that {@link addEntries} adds begin with it, and those of their root fields. */
export const ENTRY = '_entry_';

/** Selections on objects of one type, of which the type and the key have to be fetched first. */
export interface Entry {
  readonly interfaceName: string;
  readonly typeName: string;
  /** Place of the objects in the plan's data, with `@` for each item of a list. */
  readonly path: readonly string[];
  readonly selections: SelectionNode[];
}

/** Returns the root field that stands for an object of a type, reached through an interface. */
export function entryField(interfaceName: string, typeName: string): string {
  return `${ENTRY}${interfaceName}_${typeName}`;
}

/**
 * Adds a subgraph for each interface that is an `@interfaceObject` somewhere. It has a root field for each type behind the
 * interface, and knows nothing of the type but its key: `type Query { _entry_Tree_Oak: Oak }
 * type Oak @key(fields: "id", resolvable: false) { id: ID! }`. The planner then plans what is selected on an object whose
 * type and key are known (see interface-object-selections.ts). Nothing is ever fetched from these subgraphs.
 */
export function addEntries(supergraph: DocumentNode, interfaces: readonly InterfaceObject[]): DocumentNode {
  if (interfaces.length === 0) return supergraph;
  const additions = new Additions(supergraph);
  for (const one of interfaces) additions.addEntriesOf(one);
  return { ...supergraph, definitions: supergraph.definitions.map((node) => additions.added(node)) };
}

/** Selections that are added to one type. */
interface Addition {
  readonly directives: ConstDirectiveNode[];
  /** Graphs that get a field of the type. */
  readonly graphsByField: Map<string, Set<string>>;
  readonly fields: FieldDefinitionNode[];
}

class Additions {
  readonly #supergraph: DocumentNode;
  readonly #queryType: string;
  readonly #byType = new Map<string, Addition>();
  readonly #graphs: string[] = [];

  constructor(supergraph: DocumentNode) {
    this.#supergraph = supergraph;
    this.#queryType = queryTypeIn(supergraph);
  }

  addEntriesOf({ name, key, keyFields }: InterfaceObject): void {
    const graph = `${ENTRY}${name}`;
    this.#graphs.push(graph);
    const query = this.#addType(this.#queryType, graph);
    for (const type of implementationsOf(this.#supergraph, name)) {
      const typeName = type.name.value;
      query.fields.push(...fieldsIn(`${entryField(name, typeName)}: ${typeName} @join__field(graph: ${graph})`));
      this.#addType(typeName, graph, `, key: ${JSON.stringify(keyFields)}, resolvable: false`);
      this.#addFields(type, key, graph);
    }
  }

  added(node: DefinitionNode): DefinitionNode {
    if (node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'join__Graph') return this.#withGraphs(node);
    const addition = 'name' in node && node.name && this.#byType.get(node.name.value);
    if (!addition) return node;
    const graphs = addition.directives.map(graphIn);
    if (node.kind === Kind.SCALAR_TYPE_DEFINITION) return withDirectives(node, addition.directives);
    if (node.kind === Kind.ENUM_TYPE_DEFINITION) {
      const values = node.values?.map((value) =>
        withDirectives(
          value,
          graphs.flatMap((graph) => directivesIn(`@join__enumValue(graph: ${graph})`)),
        ),
      );
      return { ...withDirectives(node, addition.directives), ...(values && { values }) };
    }
    if (!isFieldedType(node)) return node;
    const fields = (node.fields ?? []).map((field) => withGraphs(field, node, addition));
    return { ...withDirectives(node, addition.directives), fields: [...fields, ...addition.fields] };
  }

  #withGraphs(node: EnumTypeDefinitionNode): EnumTypeDefinitionNode {
    const names = this.#graphs.map((graph) => `${graph} @join__graph(name: "${graph}", url: "")`);
    const [added] = parse(`enum join__Graph { ${names.join(' ')} }`, { noLocation: true }).definitions;
    const values = added?.kind === Kind.ENUM_TYPE_DEFINITION ? (added.values ?? []) : [];
    return { ...node, values: [...(node.values ?? []), ...values] };
  }

  #addType(name: string, graph: string, options = ''): Addition {
    const addition: Addition = this.#byType.get(name) ?? { directives: [], graphsByField: new Map(), fields: [] };
    this.#byType.set(name, addition);
    const isThere = addition.directives.some((directive) => graphIn(directive) === graph);
    if (!isThere) addition.directives.push(...directivesIn(`@join__type(graph: ${graph}${options})`));
    return addition;
  }

  /** Gives a graph the fields of a key, and the types that they have. */
  #addFields(type: FieldedType, { selections }: SelectionSetNode, graph: string): void {
    const { graphsByField } = this.#addType(type.name.value, graph);
    for (const selection of selections) {
      if (selection.kind !== Kind.FIELD) continue;
      const name = selection.name.value;
      graphsByField.set(name, (graphsByField.get(name) ?? new Set()).add(graph));
      const field = type.fields?.find((candidate) => candidate.name.value === name);
      const result = this.#supergraph.definitions.find(
        (node) => field && 'name' in node && node.name?.value === namedType(field.type),
      );
      if (!result || !('name' in result) || !result.name) continue;
      this.#addType(result.name.value, graph);
      if (isFieldedType(result) && selection.selectionSet) this.#addFields(result, selection.selectionSet, graph);
    }
  }
}

/** A field without `@join__field` is in all graphs of its type: it must not be in the added ones by that. */
function withGraphs(field: FieldDefinitionNode, type: FieldedType, { graphsByField }: Addition): FieldDefinitionNode {
  const isJoined = field.directives?.some(({ name }) => name.value === 'join__field');
  const joins = (type.directives ?? []).filter(({ name }) => name.value === 'join__type');
  const graphs = new Set([...(isJoined ? [] : joins.map(graphIn)), ...(graphsByField.get(field.name.value) ?? [])]);
  return withDirectives(
    field,
    [...graphs].flatMap((graph) => directivesIn(`@join__field(graph: ${graph})`)),
  );
}

function withDirectives<T extends { readonly directives?: readonly ConstDirectiveNode[] }>(
  node: T,
  directives: readonly ConstDirectiveNode[],
): T {
  return { ...node, directives: [...(node.directives ?? []), ...directives] };
}

function fieldsIn(text: string): readonly FieldDefinitionNode[] {
  const [type] = parse(`type T { ${text} }`, { noLocation: true }).definitions;
  return type?.kind === Kind.OBJECT_TYPE_DEFINITION ? (type.fields ?? []) : [];
}

function directivesIn(text: string): readonly ConstDirectiveNode[] {
  const [type] = parse(`scalar S ${text}`, { noLocation: true }).definitions;
  return type?.kind === Kind.SCALAR_TYPE_DEFINITION ? (type.directives ?? []) : [];
}

function queryTypeIn({ definitions }: DocumentNode): string {
  for (const node of definitions) {
    if (node.kind !== Kind.SCHEMA_DEFINITION) continue;
    const query = node.operationTypes.find(({ operation }) => operation === 'query');
    if (query) return query.type.name.value;
  }
  return 'Query';
}
