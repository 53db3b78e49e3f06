import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema } from 'graphql';
import { AnswerBudget } from '../answer-budget.ts';
import { groupByContext } from './context-arguments.ts';
import { TypeRelations } from './type-relations.ts';

const types = new TypeRelations(buildSchema('type Query { a: Int }'));

test('reads the context of many entities once for the object it comes from', () => {
  const size = 10_000;
  const tags = Array.from({ length: size }, (_, index) => `tag ${index}`);
  const items = Array.from({ length: size }, (_, index) => ({ id: index }));
  const started = performance.now();
  const groups = groupByContext(
    {
      data: {
        users: [
          { tags, items },
          { tags: [...tags], items: items.slice(0, 5) },
          { tags: [], items: items.slice(5, 8) },
        ],
      },
      budget: new AnswerBudget({ maxObjects: 2 * size, maxBytes: 0 }),
    },
    ['users', '@', 'items', '@'],
    [{ kind: 'KeyRenamer', path: ['..', 'tags'], renameKeyTo: 'tags' }],
    types,
    new Set(),
  );
  assert.ok(performance.now() - started < 1_000);
  assert.deepEqual(
    groups.map(({ values, entities }) => [values, entities.length]),
    [
      [{ tags }, size + 5],
      [{ tags: [] }, 3],
    ],
  );
});
