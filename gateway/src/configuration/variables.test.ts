import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expandVariables } from './variables.ts';

const env = { HOST: 'users.internal', EMPTY: '' };

test('replaces a variable by its value, or by its default if it is unset or empty', () => {
  assert.equal(expandVariables('http://${env.HOST}:4001', env).text, 'http://users.internal:4001');
  assert.equal(expandVariables('${env.HOST:-localhost}', env).text, 'users.internal');
  assert.equal(expandVariables('${env.NONE:-http://localhost:4001/a?b={c}', env).text, 'http://localhost:4001/a?b={c');
  assert.equal(expandVariables('${env.EMPTY:-localhost}', env).text, 'localhost');
  assert.equal(expandVariables('${env.NONE:-}', env).text, '');
});

test('rejects an unset variable without a default', () => {
  const { mistakes } = expandVariables('${env.NONE} and ${env.NEITHER}', env);
  assert.equal(mistakes.length, 2);
  assert.match(mistakes[0] ?? '', /environment variable NONE isn't set/);
});

test('rejects any other ${…}, and keeps a lone $', () => {
  for (const text of ['${HOST}', '${env.HOST', 'a ${ b', '${file.HOST}', '${env.NONE:-${env.HOST}}', '${env.}']) {
    assert.match(expandVariables(text, env).mistakes[0] ?? '', /not a variable; write \$\{env\.NAME\}/, text);
  }
  const text = '$HOST costs 5$, $$ and $1';
  assert.deepEqual(expandVariables(text, env), { text, names: [], isVariable: false, mistakes: [] });
});

test('returns the names of the variables in a text', () => {
  const { names, isVariable } = expandVariables('http://${env.HOST}:${env.PORT:-1}', env);
  assert.deepEqual([names, isVariable], [['HOST'], false]);
  assert.equal(expandVariables('${env.PORT:-1}', env).isVariable, true);
});
