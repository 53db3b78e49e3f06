import type { FetchNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import type { HeldBytes } from '@lockstep/runtime/caching/held-bytes.ts';
import type { JsonRecord } from '@lockstep/runtime/json-record.ts';
import { type KeyTree, parseFetchOperation } from '../../planning/plan/fetch-documents.ts';
import { fetchesOf, type PlacedFetch } from '../../planning/plan/plan-nodes.ts';
import { ANY, type ResponseNode, type Scope } from '../response-tree.ts';
import { entityKeys } from './partial-fetch.ts';
import { namesIn } from './places.ts';
import type { TypeRelations } from './type-relations.ts';

export interface WantedKeysOptions {
  readonly plan: QueryPlan;
  /** Root of the client's selections. */
  readonly selected: ResponseNode;
  readonly rootTypeName: string;
  /** True if `@skip` or `@include` with a variable is on some of them. */
  readonly hasConditions: boolean;
  readonly types: TypeRelations;
  /** Counts the bytes of the results that are kept. */
  readonly held: HeldBytes;
}

/** Returns the key paths the client did not select on this entity, like `friend.age`, separated by commas. */
export type UnselectedKeys = (entity: JsonRecord, ancestors: readonly JsonRecord[]) => string;

/** Maximum number of cached results for one fetch, keyed by the types of the objects that lead to an entity. */
const MAX_WAYS = 1_000;

/** Bytes of a kept result, beside its texts. */
const WAY_BYTES = 150;

/**
 * Selections of the client on the entities that a plan fetches. The planner makes one fetch for all entities at a path,
 * with everything that the client selects on any of them: for
 * `items { ... on Book { author { age } } ... on Film { author { name } } }` it fetches age and name of all authors. If the
 * age of a film's author fails, the client would get an error for a field it did not select there, and lose the name too if
 * the age is non-null.
 */
export class WantedKeys {
  readonly #options: WantedKeysOptions;
  readonly #fetches: readonly PlacedFetch[];
  /** Fetches whose entities don't all need the same selections. */
  readonly #differing = new Set<FetchNode>();

  constructor(options: WantedKeysOptions) {
    const { node } = options.plan;
    this.#options = options;
    this.#fetches = node && node.kind !== 'Subscription' ? [...fetchesOf(node)] : [];
    // Context arguments depend on the objects above, which splitting a fetch by selections does not take into account.
    if (this.#fetches.some(({ fetch }) => fetch.contextRewrites?.length)) return;
    for (const { fetch, path } of this.#fetches) {
      if (fetch.requires && this.#differs(fetch, namesIn(path))) this.#differing.add(fetch);
    }
  }

  /** True if every fetch selects the same on all its entities. */
  get isUniform(): boolean {
    return this.#differing.size === 0;
  }

  /**
   * @param includes tells if a selection of the client's document is included
   * @returns undefined if the client selects the same on all entities of the fetch
   */
  unwantedOf(fetch: FetchNode, path: readonly string[], includes: Scope['includes']): UnselectedKeys | undefined {
    if (!this.#differing.has(fetch)) return undefined;
    const keys = entityKeys(fetch, parseFetchOperation(fetch.operation));
    const names = namesIn(path);
    const { held } = this.#options;
    const byWay = new Map<string, string>();
    let bytes = 0;
    return (entity, ancestors) => {
      const typeNames = [...ancestors, entity].map(({ __typename }) => this.#knownType(__typename));
      const way = typeNames.join();
      let unwanted = byWay.get(way);
      if (unwanted === undefined) {
        unwanted = this.#unwanted(keys, names, typeNames, includes).join();
        if (byWay.size >= MAX_WAYS) {
          byWay.clear();
          held.add(-bytes);
          bytes = 0;
        }
        byWay.set(way, unwanted);
        const added = WAY_BYTES + way.length + unwanted.length;
        bytes += added;
        held.add(added);
      }
      return unwanted;
    };
  }

  /** Returns true if the selections on a fetch's entities depend on their type, or on the types of the objects above. */
  #differs(fetch: FetchNode, names: readonly string[]): boolean {
    const { selected, rootTypeName, hasConditions, types } = this.#options;
    let node = selected;
    let typeNames: readonly string[] = [rootTypeName];
    for (const [depth, name] of names.entries()) {
      const all = node.fields(ANY).get(name);
      const below = node.below(name);
      if (!all || !below) return false;
      const isRequired = this.#requiredAt(names.slice(0, depth), () => ANY).has(name);
      const isOther = (typeName: string) => {
        const ofType = node.fields(scopeOf(typeName, types)).get(name);
        return ofType ? ofType.length < all.length : isRequired;
      };
      if (typeNames.some(isOther)) return true;
      typeNames = types.objectTypesOfField(typeNames, all[0]?.name.value ?? '');
      node = below;
    }
    if (typeNames.length < 2) return false;
    const ofAny = node.fields(ANY);
    const operation = parseFetchOperation(fetch.operation);
    return typeNames.some((typeName) => {
      const scope = scopeOf(typeName, types);
      const ofType = node.fields(scope);
      return [...entityKeys(fetch, operation, scope.applies)].some(([key, below]) => {
        if (key === '__typename') return false;
        const selections = ofType.get(key)?.length ?? 0;
        const isExact = hasConditions || below.size > 0;
        return isExact ? selections < (ofAny.get(key)?.length ?? 0) : selections === 0 && ofAny.has(key);
      });
    });
  }

  /** Returns the paths of keys that the client selects on other entities only, and that no other fetch requires. */
  #unwanted(
    keys: KeyTree,
    names: readonly string[],
    typeNames: readonly string[],
    includes: Scope['includes'],
  ): string[] {
    const { selected, types } = this.#options;
    const anyScope = { ...ANY, includes };
    const scopes = typeNames.map((typeName) => ({ ...scopeOf(typeName, types), includes }));
    const scopeAt = (depth: number) => scopes[depth] ?? anyScope;
    const unwanted: string[] = [];
    const collect = (tree: KeyTree, place: readonly string[], ofAny: ResponseNode, wanted: ResponseNode): void => {
      const required = this.#requiredAt(place, scopeAt);
      const requiredOfAny = this.#requiredAt(place, () => ANY);
      const fields = ofAny.fields(anyScope);
      const wantedFields = wanted.fields(scopeAt(place.length));
      for (const [key, below] of tree) {
        const isOfSome = key !== '__typename' && (fields.has(key) || requiredOfAny.has(key));
        if (!isOfSome || required.has(key)) continue;
        const [anyBelow, wantedBelow] = [ofAny.belowIn(key, anyScope), wanted.belowIn(key, scopeAt(place.length))];
        if (!wantedFields.has(key)) unwanted.push([...place.slice(names.length), key].join('.'));
        else if (anyBelow && wantedBelow) collect(below, [...place, key], anyBelow, wantedBelow);
      }
    };
    const ofAny = nodeAt(selected, names, () => anyScope);
    if (ofAny) collect(keys, names, ofAny, nodeAt(selected, names, scopeAt) ?? ofAny.empty());
    // The type alone is fetched only if it isn't known yet: an `@interfaceObject` gives the interface's name.
    const isLeft = (key: string) => key !== '__typename' && !unwanted.includes(key);
    if (unwanted.length > 0 && typeNames.at(-1) && ![...keys.keys()].some(isLeft)) unwanted.push('__typename');
    return unwanted;
  }

  /** Returns the keys that fetches at a path, or above it, require of the objects at that path. */
  #requiredAt(names: readonly string[], scopeAt: (depth: number) => Scope): Set<string> {
    const keys = new Set<string>();
    const collect = (selections: readonly QueryPlanSelectionNode[], depth: number): void => {
      for (const selection of selections) {
        if (selection.kind === 'InlineFragment') {
          const { typeCondition } = selection;
          if (typeCondition === undefined || scopeAt(depth).applies(typeCondition))
            collect(selection.selections, depth);
          continue;
        }
        const key = selection.alias ?? selection.name;
        if (depth === names.length) keys.add(key);
        else if (key === names[depth]) collect(selection.selections ?? [], depth + 1);
      }
    };
    for (const { fetch, path } of this.#fetches) {
      const above = namesIn(path);
      if (above.every((name, index) => name === names[index])) collect(fetch.requires ?? [], above.length);
    }
    return keys;
  }

  /** Returns the name of an object type of the supergraph as it is, and an empty string for anything else. */
  #knownType(typeName: unknown): string {
    return this.#options.types.isObjectType(typeName) ? typeName : '';
  }
}

/** Returns the scope of objects of a type. Every selection applies to objects of an unknown type. */
function scopeOf(typeName: string | undefined, types: TypeRelations): Scope {
  return { ...ANY, applies: (condition) => !typeName || types.applies(condition, typeName) };
}

function nodeAt(
  root: ResponseNode,
  names: readonly string[],
  scopeAt: (depth: number) => Scope,
): ResponseNode | undefined {
  let node: ResponseNode | undefined = root;
  for (const [depth, name] of names.entries()) node = node?.belowIn(name, scopeAt(depth));
  return node;
}
