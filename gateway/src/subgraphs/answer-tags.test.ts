import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { tagsForMerged, tagsForPart, tagsOfEntity, tagsOfRoot } from './answer-tags.ts';

const answerWith = (extensions: unknown) => ({ data: {}, extensions }) as GraphQLAnswer;

test('takes the tags of a part, whatever else extensions hold', () => {
  const tagged = answerWith({ apolloEntityCacheTags: [['a', 1, 'b'], null, 'c'], apolloCacheTags: ['d', {}] });
  assert.deepEqual([tagsOfEntity(tagged, 0), tagsOfEntity(tagged, 1), tagsOfEntity(tagged, 2)], [['a', 'b'], [], []]);
  assert.deepEqual(tagsOfRoot(tagged), ['d']);
  for (const extensions of [undefined, null, 'x', [], {}, { apolloEntityCacheTags: {}, apolloCacheTags: 'd' }]) {
    assert.deepEqual([tagsOfEntity(answerWith(extensions), 0), tagsOfRoot(answerWith(extensions))], [[], []]);
  }
});

test('gives fetches of one call the tags of their entities, and those of a merged one all that there are', () => {
  const answer = answerWith({ apolloEntityCacheTags: [['a'], ['b'], ['a', 'c']] });
  assert.deepEqual(tagsForPart(answer, [2, 0]), { apolloEntityCacheTags: [['a', 'c'], ['a']] });
  const all = ['a', 'b', 'c'];
  assert.deepEqual(tagsForMerged(answer, 2), { apolloEntityCacheTags: [all, all] });
  for (const extensions of [undefined, {}]) assert.equal(tagsForMerged(answerWith(extensions), 2), undefined);
  assert.equal(tagsForPart(answerWith(undefined), [0]), undefined);
});
