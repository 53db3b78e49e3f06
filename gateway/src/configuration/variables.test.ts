import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expandVariables } from './variables.ts';

const env = { HOST: 'users.internal', EMPTY: '' };

test('a variable is replaced by its value, or by its default where it is unset or empty', () => {
  assert.equal(expandVariables('http://${env.HOST}:4001', env).text, 'http://users.internal:4001');
  assert.equal(expandVariables('${env.HOST:-localhost}', env).text, 'users.internal');
  assert.equal(expandVariables('${env.NONE:-http://localhost:4001/a?b={c}', env).text, 'http://localhost:4001/a?b={c');
  assert.equal(expandVariables('${env.EMPTY:-localhost}', env).text, 'localhost');
  assert.deepEqual(expandVariables('${env.NONE:-}', env), { text: '', mistakes: [] });
});

test('a variable that is unset and has no default is a mistake that names it', () => {
  const { mistakes } = expandVariables('${env.NONE} and ${env.NEITHER}', env);
  assert.equal(mistakes.length, 2);
  assert.match(mistakes[0] ?? '', /environment variable NONE isn't set/);
});

test('any other ${…} is a mistake; a lone $ is text', () => {
  assert.match(expandVariables('${HOST}', env).mistakes[0] ?? '', /write \$\{env\.NAME\}/);
  assert.deepEqual(expandVariables('$HOST costs 5$', env), { text: '$HOST costs 5$', mistakes: [] });
});
