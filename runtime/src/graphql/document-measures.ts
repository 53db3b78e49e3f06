import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { MAX_RECURSION } from './document-text.ts';
import { limitExceeded } from './limits.ts';

/** Size of an operation, with each fragment counted wherever it is spread. */
export interface OperationMeasures {
  /** Levels of fields. */
  depth: number;
  aliases: number;
  rootFields: number;
  directives: number;
}

/** Fields with the same response key at one place, which validation compares pairwise. */
interface ResponseField {
  occurrences: number;
  weight: number;
  readonly fields: ResponseFields;
}

type ResponseFields = Map<string, ResponseField>;

/** Characters of arguments that take as long to compare as a field without them. */
const ARGUMENT_CHARACTERS = 16;

/** Size of a document. */
export interface DocumentMeasures {
  readonly operations: readonly OperationMeasures[];
  /** Number of comparisons of fields with the same response key in validation. */
  readonly comparisons: number;
}

/**
 * Measures a document that has been parsed and may not be valid: fragments may be missing, or spread themselves.
 *
 * @param maxSelections maximum number of selections once its fragments are spread
 * @throws {RefusedRequestError} if it has more
 */
export function measureDocument(document: DocumentNode, maxSelections: number): DocumentMeasures {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const definitions: OperationDefinitionNode[] = [];
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
    else if (node.kind === Kind.OPERATION_DEFINITION) definitions.push(node);
  }
  const walk = new Walk(fragments, maxSelections);
  const operations = definitions.map((definition) => walk.measure(definition));
  for (const fragment of fragments.values()) if (!walk.reached.has(fragment)) walk.measure(fragment);
  return { operations, comparisons: walk.comparisons };
}

class Walk {
  /** Fragments spread so far. */
  readonly reached = new Set<FragmentDefinitionNode>();
  comparisons = 0;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #maxSelections: number;
  readonly #underWay = new Set<FragmentDefinitionNode>();
  #measures: OperationMeasures = { depth: 0, aliases: 0, rootFields: 0, directives: 0 };
  #selections = 0;

  constructor(fragments: ReadonlyMap<string, FragmentDefinitionNode>, maxSelections: number) {
    this.#fragments = fragments;
    this.#maxSelections = maxSelections;
  }

  measure(definition: OperationDefinitionNode | FragmentDefinitionNode): OperationMeasures {
    this.#measures = { depth: 0, aliases: 0, rootFields: 0, directives: directivesOf(definition) };
    this.#enter(definition.selectionSet, { fields: new Map(), depth: 1, nesting: 1 });
    return this.#measures;
  }

  #enter({ selections }: SelectionSetNode, place: Place): void {
    const { nesting } = place;
    if (nesting > MAX_RECURSION) {
      throw limitExceeded({ limit: 'parser_max_recursion', found: nesting, allowed: MAX_RECURSION });
    }
    for (const selection of selections) this.#take(selection, place);
  }

  #take(selection: SelectionNode, place: Place): void {
    this.#selections += 1;
    if (this.#selections > this.#maxSelections) {
      throw limitExceeded({ limit: 'spread_selections', found: this.#selections, allowed: this.#maxSelections });
    }
    this.#measures.directives += selection.directives?.length ?? 0;
    if (selection.kind === Kind.FIELD) this.#takeField(selection, place);
    else if (selection.kind === Kind.INLINE_FRAGMENT) this.#enter(selection.selectionSet, inside(place));
    else this.#spread(this.#fragments.get(selection.name.value), place);
  }

  #takeField(field: FieldNode, { fields, depth, nesting }: Place): void {
    if (field.alias) this.#measures.aliases += 1;
    if (depth === 1) this.#measures.rootFields += 1;
    this.#measures.depth = Math.max(this.#measures.depth, depth);
    const response = this.#repeat(fields, field);
    if (!field.selectionSet) return;
    this.#enter(field.selectionSet, { fields: response.fields, depth: depth + 1, nesting: nesting + 1 });
  }

  /** Counts the comparisons of this field with earlier ones. */
  #repeat(fields: ResponseFields, field: FieldNode): ResponseField {
    const key = (field.alias ?? field.name).value;
    const known = fields.get(key) ?? { occurrences: 0, weight: 0, fields: new Map() };
    const weight = weightOf(field);
    this.comparisons += known.weight + known.occurrences * weight;
    known.occurrences += 1;
    known.weight += weight;
    fields.set(key, known);
    return known;
  }

  #spread(fragment: FragmentDefinitionNode | undefined, place: Place): void {
    if (!fragment || this.#underWay.has(fragment)) return; // validation reports it
    this.reached.add(fragment);
    this.#underWay.add(fragment);
    this.#measures.directives += directivesOf(fragment);
    this.#enter(fragment.selectionSet, inside(place));
    this.#underWay.delete(fragment);
  }
}

interface Place {
  readonly fields: ResponseFields;
  /** Depth of the fields here. */
  readonly depth: number;
  /** Depth including fragments. */
  readonly nesting: number;
}

function inside(place: Place): Place {
  return { ...place, nesting: place.nesting + 1 };
}

function directivesOf(definition: OperationDefinitionNode | FragmentDefinitionNode): number {
  const variables = definition.variableDefinitions ?? [];
  const ofVariables = variables.reduce((sum, { directives }) => sum + (directives?.length ?? 0), 0);
  return ofVariables + (definition.directives?.length ?? 0);
}

function weightOf({ arguments: given = [] }: FieldNode): number {
  const first = given[0]?.loc;
  const last = given.at(-1)?.loc;
  return first && last ? 1 + Math.ceil((last.end - first.start) / ARGUMENT_CHARACTERS) : 1;
}
