import {
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  type InlineFragmentNode,
  isAbstractType,
  isCompositeType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { conditionApplies } from '../plan/type-conditions.ts';

/** Maximum number of selections of an expanded operation: each nesting can multiply them by the number of types. */
const MAX_SELECTIONS = 10_000;

/**
 * Replaces what is selected on abstract types by fragments on each of their object types. With `@fromContext` in the schemas,
 * @apollo/query-planner 2.14.4 doesn't see that each type of an abstract type gives the context, and fails with "Was not
 * able to find any options"; context.test.ts reproduces it. Not done for every operation, because there can be many types.
 *
 * @param operation validated against `schema`, with its fragments inlined
 * @returns undefined if there is no abstract type, or the operation would become too large
 */
export function expandFragments(
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
): OperationDefinitionNode | undefined {
  const root = schema.getRootType(operation.operation);
  const expansion = new Expansion(schema);
  const selectionSet = root && expansion.selectionSet(operation.selectionSet, root);
  return selectionSet && expansion.isUseful ? { ...operation, selectionSet } : undefined;
}

class Expansion {
  readonly #schema: GraphQLSchema;
  #selections = 0;
  #expanded = 0;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  get isUseful(): boolean {
    return this.#expanded > 0 && this.#selections <= MAX_SELECTIONS;
  }

  selectionSet(selectionSet: SelectionSetNode, parent: GraphQLCompositeType): SelectionSetNode {
    if (isAbstractType(parent)) {
      this.#expanded += 1;
      const fragment: InlineFragmentNode = { kind: Kind.INLINE_FRAGMENT, selectionSet };
      return {
        ...selectionSet,
        selections: this.#schema.getPossibleTypes(parent).map((type) => this.#on(type, fragment)),
      };
    }
    const selections = selectionSet.selections.flatMap((selection) => this.#selection(selection, parent));
    return { ...selectionSet, selections };
  }

  #selection(selection: SelectionNode, parent: GraphQLObjectType): readonly SelectionNode[] {
    this.#selections += 1;
    if (this.#selections > MAX_SELECTIONS || selection.kind === Kind.FRAGMENT_SPREAD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const condition = selection.typeCondition?.name.value ?? parent.name;
      return conditionApplies(this.#schema, condition, parent.name) ? [this.#on(parent, selection)] : [];
    }
    const type = getNamedType(parent.getFields()[selection.name.value]?.type);
    if (!selection.selectionSet || !isCompositeType(type)) return [selection];
    return [{ ...selection, selectionSet: this.selectionSet(selection.selectionSet, type) }];
  }

  #on(type: GraphQLObjectType, fragment: InlineFragmentNode): InlineFragmentNode {
    return {
      ...fragment,
      typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type.name } },
      selectionSet: this.selectionSet(fragment.selectionSet, type),
    };
  }
}
