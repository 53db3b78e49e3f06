import type { FetchNode } from '@apollo/query-planner';
import { type FieldNode, Kind, type SelectionNode, visit } from 'graphql';
import { type KeyTree, parseFetchOperation, renamedKeys } from '../../planning/plan/fetch-documents.ts';
import type { GroupMember } from './call-groups.ts';
import type { ContextGroup } from './context-arguments.ts';
import { type FetchOptions, type FetchParts, fetchParts } from './fetch.ts';
import { fetchWithout } from './partial-fetch.ts';
import type { PlanExecution } from './plan-execution.ts';
import { FAILED, markUnavailable } from './records.ts';

/** Parts of a fetch by the context variables that have no value. */
export class ContextFetch {
  readonly #fetch: FetchNode;
  readonly #path: readonly string[];
  readonly #options: FetchOptions;
  readonly #member: GroupMember | undefined;
  readonly #parts = new Map<string, FetchParts | undefined>();

  constructor(fetch: FetchNode, path: readonly string[], options: FetchOptions, member: GroupMember | undefined) {
    this.#fetch = fetch;
    this.#member = member;
    this.#path = path;
    this.#options = options;
  }

  /** Returns what can be fetched for a group: without the fields whose arguments lack a value, or nothing. */
  partsFor({ lacking }: ContextGroup): FetchParts | undefined {
    const names = [...lacking.keys()].join();
    if (!this.#parts.has(names)) {
      const unwanted = new Set(fieldsWith(this.#fetch, [...lacking.keys()]).map((keys) => keys.join('.')));
      const part = unwanted.size === 0 ? this.#fetch : fetchWithout(this.#fetch, unwanted);
      this.#parts.set(names, part && fetchParts(part, this.#path, this.#options, this.#member));
    }
    return this.#parts.get(names);
  }

  /** Marks the fields whose arguments lack a value, with an error if there is none for that yet. */
  markLacking({ lacking, entities, places }: ContextGroup, { errors }: PlanExecution): void {
    for (const [name, lack] of lacking) {
      const fields = fieldsWith(this.#fetch, [name]);
      for (const entity of entities) markUnavailable(entity, treeOf(fields), lack ?? FAILED);
      if (lack !== undefined) continue;
      const error = new Error(`nothing brought the value of a @fromContext argument, ${name}`);
      for (const place of places) for (const keys of fields) errors.addFailure(error, [...place, ...keys]);
    }
  }
}

/** Returns the plan's keys that lead from an entity to the fields with one of these variables in their arguments. */
function fieldsWith({ operation, outputRewrites }: FetchNode, names: readonly string[]): string[][] {
  const renamed = renamedKeys(outputRewrites);
  const find = (selections: readonly SelectionNode[], above: readonly string[]): string[][] =>
    selections.flatMap((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
      if (selection.kind === Kind.INLINE_FRAGMENT) return find(selection.selectionSet.selections, above);
      const keys = [...above, renamed((selection.alias ?? selection.name).value)];
      if (usesVariable(selection, names)) return [keys];
      return find(selection.selectionSet?.selections ?? [], keys);
    });
  return find(parseFetchOperation(operation).selectionSet.selections, []).map(([, ...keys]) => keys);
}

function usesVariable(field: FieldNode, names: readonly string[]): boolean {
  const used = new Set<string>();
  for (const argument of field.arguments ?? []) visit(argument, { Variable: ({ name }) => void used.add(name.value) });
  return names.some((name) => used.has(name));
}

function treeOf(paths: readonly string[][]): KeyTree {
  const tree: KeyTree = new Map();
  for (const path of paths) {
    let place = tree;
    for (const key of path) {
      const below = place.get(key) ?? new Map();
      place.set(key, below);
      place = below;
    }
  }
  return tree;
}
