import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { read } from '../../configuration/testing/written-file.ts';
import { checkEnforcement } from './enforcement.ts';
import { GuardedFederation } from './testing/guarded-federation.ts';

const SETTINGS = read('subgraphs: { a: { routing_url: "http://a:1/", schema: { file: a } } }').gateway;

function check(fields: string): void {
  const { operations } = new GuardedFederation({ subgraphs: { a: `type Query { a: Int ${fields} }` } });
  checkEnforcement(operations.rules, SETTINGS, recordLog().logger);
}

for (const [rule, text] of [
  ['@requiresScopes(scopes: [[]])', '@requiresScopes(scopes: [[]])'],
  ['@requiresScopes(scopes: [["admin"], []])', '@requiresScopes(scopes: [["admin"],[]])'],
  ['@policy(policies: [[]])', '@policy(policies: [[]])'],
] as const) {
  test(`rejects a rule that everybody fulfils: ${rule}`, () => {
    assert.throws(() => check(`salary: Int ${rule}`), {
      name: 'ConfigurationError',
      message:
        `Rules have an empty list, which everybody fulfils, even without a token: Query.salary: ${text}. ` +
        'Give each list a name, or use @authenticated if a token is enough.',
    });
  });
}

test('accepts rules that demand something, or that nobody fulfils', () => {
  check('b: Int @authenticated c: Int @requiresScopes(scopes: [["x"]]) d: Int @requiresScopes(scopes: [])');
});
