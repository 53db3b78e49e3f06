import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Behaviour } from '../harness/behaviours.ts';
import { ask, codesOf } from '../harness/client.ts';
import { countRows } from '../harness/rows.ts';
import { beginAnew, graph } from './graph.ts';

const FAILURES: [Behaviour, code: string, written: number][] = [
  ['reset', 'OUTCOME_UNKNOWN', 0],
  ['status 500', 'OUTCOME_UNKNOWN', 0],
  ['cut short', 'OUTCOME_UNKNOWN', 0],
  ['hang', 'DEADLINE_EXCEEDED', 0],
  ['lose the answer', 'OUTCOME_UNKNOWN', 1],
];

describe('a mutation while its subgraph fails', () => {
  before(beginAnew);

  for (const [behaviour, code, written] of FAILURES) {
    test(`never sends a mutation twice, whatever its outcome: ${behaviour}`, async (t) => {
      const mutation = 'mutation ($email: String!) { createUser(name: "Ada", email: $email) { id } }';
      const email = `ada@${behaviour.replaceAll(' ', '-')}.example`;
      await ask(graph.url, mutation, { email: `warm-${email}` }); // over a kept-alive connection
      const users = () => countRows(graph.databaseOf('users'), 'users');
      const before = users();
      graph.usersProxy.calls.length = 0;
      graph.usersProxy.behaviour = behaviour;
      t.after(() => {
        graph.usersProxy.behaviour = 'pass';
      });

      assert.deepEqual(codesOf(await ask(graph.url, mutation, { email })), [code]);

      assert.equal(graph.usersProxy.calls.length, 1);
      assert.equal(users() - before, written);
    });
  }
});
