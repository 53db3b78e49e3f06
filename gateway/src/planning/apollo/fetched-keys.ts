import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { KeyTree } from '../plan/fetch-documents.ts';

/** Keys that fetches have filled in at each place of a plan's data, whatever the types of the objects. */
export class FetchedKeys {
  readonly #before: FetchedKeys | undefined;
  readonly #root: KeyTree = new Map();

  /** @param before keys that were there already, and stay as they are */
  constructor(before?: FetchedKeys) {
    this.#before = before;
  }

  /** @param path keys of the plan, without list items */
  add(path: readonly string[], keys: KeyTree): void {
    let place = this.#root;
    for (const key of path) {
      const below = place.get(key) ?? new Map();
      place.set(key, below);
      place = below;
    }
    merge(place, keys);
  }

  /** Adds all that another one has in addition to the same keys before. */
  addAll(other: FetchedKeys): void {
    merge(this.#root, other.#root);
  }

  /** Returns true if some fetch filled in this place. */
  has(path: readonly string[]): boolean {
    return this.#at(path).length > 0;
  }

  /** Returns the first selection that no fetch has filled in, as the keys that lead there. */
  missing(path: readonly string[], selections: readonly QueryPlanSelectionNode[]): string[] | undefined {
    return missingIn(this.#at(path), selections);
  }

  #at(path: readonly string[]): KeyTree[] {
    let place: KeyTree | undefined = this.#root;
    for (const key of path) place = place?.get(key);
    return [...(place ? [place] : []), ...(this.#before ? this.#before.#at(path) : [])];
  }
}

function merge(target: KeyTree, source: KeyTree): void {
  for (const [key, below] of source) {
    const known = target.get(key) ?? new Map();
    target.set(key, known);
    merge(known, below);
  }
}

function missingIn(places: readonly KeyTree[], selections: readonly QueryPlanSelectionNode[]): string[] | undefined {
  for (const selection of selections) {
    if (selection.kind === 'InlineFragment') {
      const missing = missingIn(places, selection.selections);
      if (missing) return missing;
      continue;
    }
    const { name } = selection;
    if (name === '__typename') continue;
    const below = places.flatMap((place) => place.get(selection.alias ?? name) ?? []);
    if (below.length === 0) return [name];
    const missing = selection.selections && missingIn(below, selection.selections);
    if (missing) return [name, ...missing];
  }
  return undefined;
}
