import type { FetchNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import type { JsonRecord } from '@lockstep/runtime/json-record.ts';
import { type KeyTree, parseFetchOperation } from '../../planning/plan/fetch-documents.ts';
import { fetchesOf, type PlacedFetch } from '../../planning/plan/plan-nodes.ts';
import { ANY, type ResponseNode, type Scope } from '../response-tree.ts';
import { entityKeys } from './partial-fetch.ts';
import type { TypeRelations } from './type-relations.ts';

export interface WantedKeysOptions {
  readonly plan: QueryPlan;
  /** What the client selects. */
  readonly selected: ResponseNode;
  readonly rootTypeName: string;
  /** Whether variables decide about some of it. */
  readonly hasConditions: boolean;
  readonly types: TypeRelations;
}

/** Gives what of a fetch nobody wants of an entity: the paths of its keys, like `friend.age`, with commas between them. */
export type UnselectedKeys = (entity: JsonRecord, ancestors: readonly JsonRecord[]) => string;

/** The ways to the entities of a fetch that are kept, by the types of the objects passed. */
const MAX_WAYS = 1_000;

/**
 * What is wanted of the entities that a plan fetches. The planner has one fetch for all entities at a path, and asks it for
 * what the client wants of any of them: in `items { ... on Book { author { age } } ... on Film { author { name } } }` for
 * age and name of all authors. Where the age of a film's author then fails, that is an error of a field that nobody asked
 * for, and takes the name with it where the age can't be null.
 */
export class WantedKeys {
  readonly #options: WantedKeysOptions;
  readonly #fetches: readonly PlacedFetch[];
  /** The fetches that aren't asked for the same of all their entities. */
  readonly #differing = new Set<FetchNode>();

  constructor(options: WantedKeysOptions) {
    const { node } = options.plan;
    this.#options = options;
    this.#fetches = node && node.kind !== 'Subscription' ? [...fetchesOf(node)] : [];
    // Context arguments are taken from the objects above by ways of their own.
    if (this.#fetches.some(({ fetch }) => fetch.contextRewrites?.length)) return;
    for (const { fetch, path } of this.#fetches) {
      if (fetch.requires && this.#differs(fetch, namesIn(path))) this.#differing.add(fetch);
    }
  }

  /** Whether it is the same for all entities of each fetch. */
  get isUniform(): boolean {
    return this.#differing.size === 0;
  }

  /**
   * @param includes whether a selection of the client's is there
   * @returns undefined where the same is wanted of all entities of the fetch
   */
  unwantedOf(fetch: FetchNode, path: readonly string[], includes: Scope['includes']): UnselectedKeys | undefined {
    if (!this.#differing.has(fetch)) return undefined;
    const keys = entityKeys(fetch, parseFetchOperation(fetch.operation));
    const names = namesIn(path);
    const byWay = new Map<string, string>();
    return (entity, ancestors) => {
      const typeNames = [...ancestors, entity].map(({ __typename }) => this.#knownType(__typename));
      const way = typeNames.join();
      let unwanted = byWay.get(way);
      if (unwanted === undefined) {
        unwanted = this.#unwanted(keys, names, typeNames, includes).join();
        if (byWay.size >= MAX_WAYS) byWay.clear();
        byWay.set(way, unwanted);
      }
      return unwanted;
    };
  }

  /** Whether what is wanted of the entities of a fetch depends on their type, or on those of the objects above. */
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

  /** The paths of those keys that the client wants, but not of this entity, and that no other fetch needs of it. */
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
    return unwanted;
  }

  /** What fetches need of the objects at a path: those there, and those above that need something of what is below them. */
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

  /** Its name where it is an object type that the supergraph has, and otherwise nothing. */
  #knownType(typeName: unknown): string {
    return this.#options.types.isObjectType(typeName) ? typeName : '';
  }
}

/** The keys of a path without those for lists. */
function namesIn(path: readonly string[]): string[] {
  return path.filter((key) => key !== '@');
}

/** @param typeName of the objects in question; of those of an unknown type, anything may be wanted */
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
