import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type InlineFragmentNode,
  isCompositeType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { both, type Condition, conditionOf } from './conditions.ts';

/** Node of a document, and the condition under which it is selected. */
export interface Selected<Node> {
  readonly node: Node;
  readonly condition: Condition;
}

/** One field of the response, wherever it is selected. */
export interface SelectedField {
  readonly parent: GraphQLCompositeType;
  readonly occurrences: Selected<FieldNode>[];
}

/** Collects the fields of selections: those on different types apart, even if one object never has both. */
export class FieldsByParent {
  readonly #schema: GraphQLSchema;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();

  constructor(schema: GraphQLSchema, document: DocumentNode) {
    this.#schema = schema;
    for (const node of document.definitions) {
      if (node.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(node.name.value, node);
    }
  }

  /** Returns the fields of selections on a type. */
  of(sets: readonly Selected<SelectionSetNode>[], parent: GraphQLCompositeType): SelectedField[] {
    const fields = new Map<string, SelectedField>();
    for (const { node, condition } of sets) this.#collect(node, parent, condition, fields);
    return [...fields.values()];
  }

  #collect(
    { selections }: SelectionSetNode,
    parent: GraphQLCompositeType,
    above: Condition,
    fields: Map<string, SelectedField>,
  ): void {
    for (const node of selections) {
      const condition = both(above, conditionOf(node));
      if (node.kind !== Kind.FIELD) {
        const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : this.#fragments.get(node.name.value);
        if (fragment) this.#collect(fragment.selectionSet, this.#typeOf(fragment, parent), condition, fields);
        continue;
      }
      const key = `${parent.name} ${(node.alias ?? node.name).value}`;
      const known = fields.get(key);
      if (known) known.occurrences.push({ node, condition });
      else fields.set(key, { parent, occurrences: [{ node, condition }] });
    }
  }

  #typeOf(
    { typeCondition }: InlineFragmentNode | FragmentDefinitionNode,
    parent: GraphQLCompositeType,
  ): GraphQLCompositeType {
    const type = typeCondition && this.#schema.getType(typeCondition.name.value);
    return isCompositeType(type) ? type : parent;
  }
}
