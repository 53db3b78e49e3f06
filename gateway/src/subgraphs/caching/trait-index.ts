import type { Drop, Traits } from './drop.ts';

/** Keys of entries by a trait. Most keys of entities have one entry only, and a set for it would take as much as the entry. */
type Keys = Map<string, string | Set<string>>;

/** Keys of the entries of one subgraph, by their traits. */
interface OfSubgraph {
  readonly byKey: Keys;
  readonly byInnerType: Keys;
  readonly byEntityType: Keys;
}

/** Keys of entries by their traits, so that a drop looks at little more than what it drops. */
export class TraitIndex {
  readonly #bySubgraph = new Map<string, OfSubgraph>();

  add(key: string, traits: Traits): void {
    this.#change(key, traits, addTo);
  }

  remove(key: string, traits: Traits): void {
    this.#change(key, traits, removeFrom);
  }

  /** Returns the keys of all entries that the drop may drop, and perhaps of others. */
  find({ keys, types, wholeTypes, subgraphs, within }: Drop): ReadonlySet<string> {
    const found = new Set<string>();
    for (const [subgraph, { byKey, byInnerType, byEntityType }] of this.#bySubgraph) {
      if (within !== undefined && within !== subgraph) continue;
      const isWhole = subgraphs.has(subgraph); // each entry has one of the two types
      collect(byKey, keys, found);
      collect(byInnerType, isWhole ? byInnerType.keys() : types, found);
      collect(byEntityType, isWhole ? byEntityType.keys() : wholeTypes, found);
    }
    return found;
  }

  #change(key: string, { subgraph, keys, innerTypes, entityType }: Traits, change: typeof addTo): void {
    let of = this.#bySubgraph.get(subgraph);
    if (!of) {
      of = { byKey: new Map(), byInnerType: new Map(), byEntityType: new Map() };
      this.#bySubgraph.set(subgraph, of);
    }
    for (const trait of keys) change(of.byKey, trait, key);
    for (const type of innerTypes) change(of.byInnerType, type, key);
    if (entityType !== undefined) change(of.byEntityType, entityType, key);
  }
}

function collect(index: Keys, traits: Iterable<string>, into: Set<string>): void {
  for (const trait of traits) {
    const found = index.get(trait);
    if (typeof found === 'string') into.add(found);
    else for (const key of found ?? []) into.add(key);
  }
}

function addTo(index: Keys, trait: string, key: string): void {
  const known = index.get(trait);
  if (known === undefined) index.set(trait, key);
  else if (typeof known === 'string') index.set(trait, new Set([known, key]));
  else known.add(key);
}

function removeFrom(index: Keys, trait: string, key: string): void {
  const known = index.get(trait);
  if (known === key) index.delete(trait);
  if (typeof known !== 'object') return;
  known.delete(key);
  if (known.size === 0) index.delete(trait);
}
