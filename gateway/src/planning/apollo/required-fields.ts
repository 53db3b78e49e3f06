import {
  type ArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  type StringValueNode,
  visit,
} from 'graphql';
import { type FieldedType, isFieldedType, namedType, stringArgument, subgraphNames } from '../join-directives.ts';
import type { NormalizedSupergraph, RequiredField } from './required-field.ts';

/**
 * Replaces each field with arguments that a `@requires` asks for by a field without arguments: `comments(limit: 3)` by
 * `comments__required_0`, in the field set and in the types that have `comments`. Fetches then ask for
 * `comments__required_0: comments(limit: 3)` (see required-field-fetches.ts). Works around
 * https://github.com/apollographql/federation/issues/2996, seen in @apollo/query-planner 2.14.4.
 */
export function separateRequiredFields(document: DocumentNode): NormalizedSupergraph {
  const separation = new Separation(document);
  const rewritten = separation.rewriteFieldSets();
  const { byName, neededBy } = separation;
  if (byName.size === 0) return { document, requiredFields: { byName, neededBy } };
  return { document: separation.addFields(rewritten), requiredFields: { byName, neededBy } };
}

class Separation {
  readonly byName = new Map<string, RequiredField>();
  readonly neededBy = new Map<string, Map<string, Set<string>>>();
  readonly #document: DocumentNode;
  readonly #types = new Map<string, FieldedType>();
  readonly #subgraphs: ReadonlyMap<string, string>;
  /** New names by type, and the field that each stands for. */
  readonly #added = new Map<string, Map<string, string>>();
  readonly #names = new Map<string, string>();

  constructor(document: DocumentNode) {
    this.#document = document;
    this.#subgraphs = subgraphNames(document);
    for (const node of document.definitions) if (isFieldedType(node)) this.#types.set(node.name.value, node);
  }

  rewriteFieldSets(): DocumentNode {
    const rewritten = (type: FieldedType): FieldedType => ({
      ...type,
      fields: (type.fields ?? []).map((field) => ({
        ...field,
        directives: (field.directives ?? []).map((directive) => this.#rewriteRequires(type, field, directive)),
      })),
    });
    return visit(this.#document, { ObjectTypeDefinition: rewritten, InterfaceTypeDefinition: rewritten });
  }

  /** Adds to the types the fields that the rewritten field sets select. */
  addFields(document: DocumentNode): DocumentNode {
    const extended = (type: FieldedType): FieldedType => {
      const copies = [type.name, ...(type.interfaces ?? []).map(({ name }) => name)].flatMap(({ value }) =>
        [...(this.#added.get(value) ?? [])].flatMap(([name, original]) => copyOf(type, original, name)),
      );
      const distinct = new Map(copies.map((copy) => [copy.name.value, copy]));
      return distinct.size === 0 ? type : { ...type, fields: [...(type.fields ?? []), ...distinct.values()] };
    };
    return visit(document, { ObjectTypeDefinition: extended, InterfaceTypeDefinition: extended });
  }

  #rewriteRequires(type: FieldedType, field: FieldDefinitionNode, directive: ConstDirectiveNode): ConstDirectiveNode {
    const requires = stringArgument(directive, 'requires');
    const graph = directive.arguments?.find(({ name }) => name.value === 'graph')?.value;
    if (directive.name.value !== 'join__field' || !requires || graph?.kind !== Kind.ENUM) return directive;
    const operation = parse(`{${requires.value}}`, { noLocation: true }).definitions[0];
    if (operation?.kind !== Kind.OPERATION_DEFINITION) return directive;
    const needed = new Set<string>();
    const fieldSet = this.#rewriteSelections(operation.selectionSet, type.name.value, needed);
    if (needed.size === 0) return directive;
    const subgraph = this.#subgraphs.get(graph.value) ?? graph.value;
    const inSubgraph = this.neededBy.get(subgraph) ?? new Map<string, Set<string>>();
    this.neededBy.set(subgraph, inSubgraph.set(`${type.name.value}.${field.name.value}`, needed));
    const value: StringValueNode = { kind: Kind.STRING, value: print(fieldSet).slice(1, -1).trim() };
    const replaced = (directive.arguments ?? []).map((argument): typeof argument =>
      argument.name.value === 'requires' ? { ...argument, value } : argument,
    );
    return { ...directive, arguments: replaced };
  }

  #rewriteSelections(selectionSet: SelectionSetNode, typeName: string, needed: Set<string>): SelectionSetNode {
    const selections = selectionSet.selections.map((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const on = selection.typeCondition?.name.value ?? typeName;
        return { ...selection, selectionSet: this.#rewriteSelections(selection.selectionSet, on, needed) };
      }
      return this.#rewriteField(selection, typeName, needed);
    });
    return { ...selectionSet, selections };
  }

  #rewriteField(field: FieldNode, typeName: string, needed: Set<string>): FieldNode {
    const definition = this.#types.get(typeName)?.fields?.find(({ name }) => name.value === field.name.value);
    if (!definition) return field;
    const selectionSet =
      field.selectionSet && this.#rewriteSelections(field.selectionSet, namedType(definition.type), needed);
    const renamed = { ...field, ...(selectionSet && { selectionSet }) };
    if (!definition.arguments?.length) return renamed;
    const name = this.#nameFor(field, typeName);
    needed.add(name);
    return { ...renamed, name: { kind: Kind.NAME, value: name }, arguments: [] };
  }

  #nameFor(field: FieldNode, typeName: string): string {
    const original = field.name.value;
    const signature = `${original}(${(field.arguments ?? []).map(print).sort().join()})`;
    let name = this.#names.get(signature);
    if (name === undefined) {
      name = `${original}__required_${this.#names.size}`;
      this.#names.set(signature, name);
      this.byName.set(name, { name: original, arguments: (field.arguments ?? []).map(constantOf) });
    }
    const added = this.#added.get(typeName) ?? new Map<string, string>();
    this.#added.set(typeName, added.set(name, original));
    return name;
  }
}

function constantOf(argument: ArgumentNode): { name: string; value: string } {
  return { name: argument.name.value, value: print(argument.value) };
}

/** Returns the field under a new name and without arguments, in the subgraphs that have the original. */
function copyOf(type: FieldedType, original: string, name: string): FieldDefinitionNode[] {
  const field = type.fields?.find((candidate) => candidate.name.value === original);
  if (!field) return [];
  const directives = field.directives?.filter((directive) => directive.name.value === 'join__field') ?? [];
  return [{ kind: Kind.FIELD_DEFINITION, name: { kind: Kind.NAME, value: name }, type: field.type, directives }];
}
