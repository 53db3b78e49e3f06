import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** Maximum number of selections of an operation with its fragments inlined. */
const MAX_SELECTIONS = 50_000;

/**
 * Inlines an operation's fragments. Each selection becomes an object of its own, because what a fragment selects may be
 * allowed at one place and denied at another.
 *
 * @throws {ExpectedError} `OPERATION_LIMIT_EXCEEDED`
 */
export function inlineFragments(
  { definitions }: DocumentNode,
  operation: OperationDefinitionNode,
): OperationDefinitionNode {
  const fragments = definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  const inliner = new Inliner(new Map(fragments.map((fragment) => [fragment.name.value, fragment])));
  return { ...operation, selectionSet: inliner.selectionSet(operation.selectionSet) };
}

class Inliner {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  #count = 0;

  constructor(fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.#fragments = fragments;
  }

  selectionSet(selectionSet: SelectionSetNode): SelectionSetNode {
    return { ...selectionSet, selections: selectionSet.selections.map((selection) => this.#selection(selection)) };
  }

  #selection(selection: SelectionNode): SelectionNode {
    this.#count += 1;
    if (this.#count > MAX_SELECTIONS) {
      const message = `The operation has more than ${MAX_SELECTIONS} selections, its fragments put in place.`;
      throw new ExpectedError('OPERATION_LIMIT_EXCEEDED', message);
    }
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = this.#fragments.get(selection.name.value);
      if (!fragment) throw new Error(`an operation without its fragment ${selection.name.value}`);
      const { typeCondition, selectionSet } = fragment;
      const { directives = [] } = selection;
      return { kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet: this.selectionSet(selectionSet) };
    }
    if (!selection.selectionSet) return { ...selection };
    return { ...selection, selectionSet: this.selectionSet(selection.selectionSet) };
  }
}
