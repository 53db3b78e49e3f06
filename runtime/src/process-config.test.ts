import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { readEnvironment } from './environment.ts';
import { type ProcessConfig, processVariables, toProcessConfig } from './process-config.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const read = (env: NodeJS.ProcessEnv): ProcessConfig =>
  toProcessConfig(readEnvironment(z.object(processVariables), env));

describe('the configuration of a process', () => {
  test('has defaults for a developer on this machine', () => {
    assert.deepEqual(read({}), {
      isProduction: false,
      host: '127.0.0.1',
      drainDelayMs: 0,
      logging: { format: 'pretty', level: 'info' },
      probeFile: undefined,
      secret: undefined,
    });
  });

  test('logs JSON in production', () => {
    const config = read({ NODE_ENV: 'production' });
    assert.equal(config.isProduction, true);
    assert.equal(config.logging.format, 'json');
  });

  test('logs in production as LOG_FORMAT says', () => {
    assert.equal(read({ NODE_ENV: 'production', LOG_FORMAT: 'pretty' }).logging.format, 'pretty');
  });

  test('reads every variable', () => {
    assert.deepEqual(
      read({
        HOST: '0.0.0.0',
        DRAIN_DELAY_MS: '1500',
        LOG_LEVEL: 'debug',
        SUBGRAPH_SECRET: '0123456789abcdef',
        PROBE_FILE: '/run/probe',
      }),
      {
        isProduction: false,
        host: '0.0.0.0',
        drainDelayMs: 1500,
        logging: { format: 'pretty', level: 'debug' },
        probeFile: '/run/probe',
        secret: '0123456789abcdef',
      },
    );
  });

  test('has log files if pm2 runs the process', (t) => {
    const paths = { pm_out_log_path: '/logs/a-out.log', pm_err_log_path: '/logs/a-error.log' };
    assert.equal(read(paths).logFiles, undefined);
    const { send } = process;
    process.send = () => true; // the channel to pm2's daemon
    t.after(() => {
      if (send) process.send = send;
      else delete process.send;
    });
    const files = { out: '/logs/a-out.log', error: '/logs/a-error.log' };
    assert.deepEqual(read(paths).logFiles, { ...files, maxBytes: 10_000_000, kept: 10 });
    const { logFiles } = read({ ...paths, LOG_FILE_MB: '1', LOG_FILES_KEPT: '0' });
    assert.deepEqual(logFiles, { ...files, maxBytes: 1_000_000, kept: 0 });
  });

  test('creates a secret in the given file', async (t) => {
    const file = join(await temporaryFolder(t), 'secret');
    const { secret } = read({ SUBGRAPH_SECRET_FILE: file });
    assert.match(String(secret), /^[0-9a-f]{64}$/);
    assert.equal(read({ SUBGRAPH_SECRET_FILE: file }).secret, secret);
  });

  const refused: [variable: string, value: string, rule: string][] = [
    ['NODE_ENV', 'staging', 'give development, production or test'],
    ['DRAIN_DELAY_MS', '-1', 'give a whole number of milliseconds from 0 to 2147483647'],
    ['LOG_FORMAT', 'xml', 'give pretty or json'],
    ['LOG_LEVEL', 'loud', 'give trace, debug, info, warn, error or fatal'],
    ['LOG_FILE_MB', '0', 'give a whole number from 1 to 10000'],
    ['LOG_FILES_KEPT', '-1', 'give a whole number from 0 to 10000'],
  ];
  test('rejects a short SUBGRAPH_SECRET without showing it', () => {
    const message = "The environment can't be used:\n  SUBGRAPH_SECRET=***: give at least 16 characters";
    assert.throws(() => read({ SUBGRAPH_SECRET: 'short' }), { name: 'ConfigurationError', message });
  });

  for (const [variable, value, rule] of refused) {
    test(`rejects ${variable}=${value}`, () => {
      const message = `The environment can't be used:\n  ${variable}=${value}: ${rule}`;
      assert.throws(() => read({ [variable]: value }), { name: 'ConfigurationError', message });
    });
  }
});
