import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { flag, host, httpUrl, milliseconds, port, readEnvironment } from './environment.ts';

const variables = z.object({
  TEST_PORT: port.default(4000),
  TEST_TIMEOUT_MS: milliseconds(2000, 1),
  TEST_URL: httpUrl.default('http://127.0.0.1:4001/graphql'),
  TEST_FLAG: flag.default(false),
  TEST_NAME: z.string().optional(),
  HOST: host,
});

const DEFAULTS = {
  TEST_PORT: 4000,
  TEST_TIMEOUT_MS: 2000,
  TEST_URL: 'http://127.0.0.1:4001/graphql',
  TEST_FLAG: false,
  HOST: '127.0.0.1',
};

function mistakes(...lines: string[]) {
  return {
    name: 'ConfigurationError',
    message: ["The environment can't be used:", ...lines].join('\n  '),
  };
}

describe('readEnvironment', () => {
  test('uses defaults', () => {
    assert.deepEqual(readEnvironment(variables, {}), DEFAULTS);
  });

  test('parses values to their types', () => {
    const env = {
      TEST_PORT: '0',
      TEST_TIMEOUT_MS: '1',
      TEST_URL: 'https://users.test/',
      TEST_FLAG: 'true',
      HOST: '0.0.0.0',
      TEST_NAME: 'x',
    };
    assert.deepEqual(readEnvironment(variables, env), {
      TEST_PORT: 0,
      TEST_TIMEOUT_MS: 1,
      TEST_URL: 'https://users.test/',
      TEST_FLAG: true,
      HOST: '0.0.0.0',
      TEST_NAME: 'x',
    });
  });

  test('gives nothing that was not asked for', () => {
    assert.deepEqual(readEnvironment(z.object({ TEST_PORT: port }), { TEST_PORT: '2', PATH: '/bin' }), {
      TEST_PORT: 2,
    });
  });

  for (const empty of ['', ' ']) {
    test(`treats ${JSON.stringify(empty)} as unset`, () => {
      const env = { TEST_PORT: empty, TEST_TIMEOUT_MS: empty, TEST_URL: empty, TEST_FLAG: empty, HOST: empty };
      assert.deepEqual(readEnvironment(variables, env), DEFAULTS);
    });
  }

  test('reports every wrong variable with its value and what to give instead', () => {
    const env = { TEST_PORT: 'abc', TEST_TIMEOUT_MS: '0', TEST_URL: 'localhost:4001', TEST_FLAG: 'yes' };
    assert.throws(
      () => readEnvironment(variables, env),
      mistakes(
        'TEST_PORT=abc: give a whole number from 0 to 65535',
        'TEST_TIMEOUT_MS=0: give a whole number of milliseconds from 1 to 2147483647',
        'TEST_URL=localhost:4001: give an address that starts with http:// or https://',
        'TEST_FLAG=yes: give true or false',
      ),
    );
  });

  for (const value of ['65536', '-1', '1.5', '4000x', 'Infinity']) {
    test(`rejects the port ${value}`, () => {
      const rule = `TEST_PORT=${value}: give a whole number from 0 to 65535`;
      assert.throws(() => readEnvironment(variables, { TEST_PORT: value }), mistakes(rule));
    });
  }

  for (const value of ['1.5', '2s', '-1', '2147483648']) {
    test(`rejects a time of ${value}`, () => {
      const rule = `TEST_TIMEOUT_MS=${value}: give a whole number of milliseconds from 1 to 2147483647`;
      assert.throws(() => readEnvironment(variables, { TEST_TIMEOUT_MS: value }), mistakes(rule));
    });
  }
});
