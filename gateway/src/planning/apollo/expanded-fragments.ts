import {
  type DocumentNode,
  type GraphQLAbstractType,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  type InlineFragmentNode,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { isFieldedType, isTrue } from './join-directives.ts';

/** Maximum number of selections of an expanded operation: each nesting can multiply them by the number of types. */
const MAX_SELECTIONS = 10_000;

/** Returns the interfaces that are an `@interfaceObject` in some subgraph. */
export function interfaceObjectsOf(supergraph: DocumentNode): Set<string> {
  const interfaces = supergraph.definitions
    .filter(isFieldedType)
    .filter(({ directives = [] }) =>
      directives.some((directive) => directive.name.value === 'join__type' && isTrue(directive, 'isInterfaceObject')),
    );
  return new Set(interfaces.map(({ name }) => name.value));
}

export interface ExpansionOptions {
  /** Interfaces that are an `@interfaceObject` in some subgraph. */
  readonly interfaceObjects: ReadonlySet<string>;
  /** True if some argument is a `@fromContext`. */
  readonly usesContext: boolean;
}

/**
 * Replaces fragments on unions and other interfaces, below an interface that is an `@interfaceObject` somewhere, by
 * fragments on the object types that both have. @apollo/query-planner 2.14.4 fails for such a fragment on an object whose
 * subgraph doesn't know its type: "We should have an edge from Node(b) for __typename", as in
 * https://github.com/apollographql/router/issues/8127. Not done for every operation, because there can be many types.
 *
 * With `@fromContext` in the schemas, the same for all that is selected on an abstract type: the planner doesn't see that each
 * of its types gives the context, and fails with "Was not able to find any options"; context.test.ts reproduces it.
 *
 * @param operation validated against `schema`, with its fragments inlined
 * @returns undefined if there is no such fragment, or the operation would become too large
 */
export function expandFragments(
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
  { interfaceObjects, usesContext }: ExpansionOptions,
): OperationDefinitionNode | undefined {
  const root = schema.getRootType(operation.operation);
  const expansion = new Expansion(schema, interfaceObjects, usesContext);
  const selectionSet = root && expansion.selectionSet(operation.selectionSet, root);
  return selectionSet && expansion.isUseful ? { ...operation, selectionSet } : undefined;
}

class Expansion {
  readonly #schema: GraphQLSchema;
  readonly #interfaceObjects: ReadonlySet<string>;
  readonly #usesContext: boolean;
  #selections = 0;
  #expanded = 0;

  constructor(schema: GraphQLSchema, interfaceObjects: ReadonlySet<string>, usesContext: boolean) {
    this.#schema = schema;
    this.#usesContext = usesContext;
    this.#interfaceObjects = interfaceObjects;
  }

  get isUseful(): boolean {
    return this.#expanded > 0 && this.#selections <= MAX_SELECTIONS;
  }

  selectionSet(selectionSet: SelectionSetNode, parent: GraphQLCompositeType): SelectionSetNode {
    if (this.#usesContext && isAbstractType(parent)) return this.#onEachType(selectionSet, parent);
    const selections = selectionSet.selections.flatMap((selection) => this.#selection(selection, parent));
    return { ...selectionSet, selections };
  }

  #onEachType(selectionSet: SelectionSetNode, parent: GraphQLAbstractType): SelectionSetNode {
    this.#expanded += 1;
    const fragment: InlineFragmentNode = { kind: Kind.INLINE_FRAGMENT, selectionSet };
    return {
      ...selectionSet,
      selections: this.#schema.getPossibleTypes(parent).map((type) => this.#on(type, fragment)),
    };
  }

  #selection(selection: SelectionNode, parent: GraphQLCompositeType): readonly SelectionNode[] {
    this.#selections += 1;
    if (this.#selections > MAX_SELECTIONS || selection.kind === Kind.FRAGMENT_SPREAD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return this.#fragment(selection, parent);
    const field = isUnionType(parent) ? undefined : parent.getFields()[selection.name.value];
    const type = getNamedType(field?.type);
    if (!selection.selectionSet || !isCompositeType(type)) return [selection];
    return [{ ...selection, selectionSet: this.selectionSet(selection.selectionSet, type) }];
  }

  #fragment(fragment: InlineFragmentNode, parent: GraphQLCompositeType): readonly SelectionNode[] {
    const condition = this.#schema.getType(fragment.typeCondition?.name.value ?? parent.name);
    if (!isCompositeType(condition)) return [fragment];
    if (isObjectType(parent)) {
      if (condition !== parent) this.#expanded += 1;
      return this.#applies(condition, parent) ? [this.#on(parent, fragment)] : [];
    }
    const isExpanded = isInterfaceType(parent) && this.#interfaceObjects.has(parent.name);
    if (!isExpanded || condition === parent || isObjectType(condition)) return [this.#on(condition, fragment)];
    this.#expanded += 1;
    const types = this.#schema.getPossibleTypes(parent).filter((type) => this.#applies(condition, type));
    return types.map((type) => this.#on(type, fragment));
  }

  #applies(condition: GraphQLCompositeType, type: GraphQLCompositeType): boolean {
    return (
      condition === type || (isAbstractType(condition) && isObjectType(type) && this.#schema.isSubType(condition, type))
    );
  }

  #on(type: GraphQLCompositeType, fragment: InlineFragmentNode): InlineFragmentNode {
    return {
      ...fragment,
      typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type.name } },
      selectionSet: this.selectionSet(fragment.selectionSet, type),
    };
  }
}
