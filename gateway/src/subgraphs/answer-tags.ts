import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { isRecord } from '@lockstep/runtime/json-record.ts';

/** Extensions of an answer that give its parts tags, as Apollo Router reads them: a list for each entity, and one for root fields. */
const OF_ENTITIES = 'apolloEntityCacheTags';
const OF_ROOT_FIELDS = 'apolloCacheTags';

type Extensions = GraphQLAnswer['extensions'] | undefined;

/** Returns the tags that a subgraph gave an entity. */
export function tagsOfEntity({ extensions }: GraphQLAnswer, position: number): readonly string[] {
  const lists = isRecord(extensions) ? extensions[OF_ENTITIES] : undefined;
  return Array.isArray(lists) ? textsIn(lists[position]) : [];
}

/** Returns the tags that a subgraph gave the answer to a root fetch. */
export function tagsOfRoot({ extensions }: GraphQLAnswer): readonly string[] {
  return isRecord(extensions) ? textsIn(extensions[OF_ROOT_FIELDS]) : [];
}

/** Returns extensions that give a part of the entities their tags; undefined if they have none. */
export function tagsForPart(answer: GraphQLAnswer, positions: readonly number[]): Extensions {
  if (answer.extensions === undefined) return undefined;
  return { [OF_ENTITIES]: positions.map((position) => tagsOfEntity(answer, position)) };
}

/**
 * Returns extensions that give each of so many entities all tags of a merged answer: nothing tells which of its lists of entities a
 * tag is for, and a tag too many only drops too much.
 */
export function tagsForMerged({ extensions }: GraphQLAnswer, count: number): Extensions {
  const lists = isRecord(extensions) ? extensions[OF_ENTITIES] : undefined;
  if (!Array.isArray(lists)) return undefined;
  const all = [...new Set(lists.flatMap(textsIn))];
  return { [OF_ENTITIES]: Array.from({ length: count }, () => all) };
}

function textsIn(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((tag) => typeof tag === 'string') : [];
}
