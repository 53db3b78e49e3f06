import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ask, createProduct, createUser, errorsOf, get } from '../harness/client.ts';
import { isFull } from '../harness/full-count.ts';
import { createProject, type Outcome, run } from '../harness/pm2.ts';
import { freePort } from '../harness/ports.ts';
import { ROOT } from '../harness/process.ts';
import { countRows } from '../harness/rows.ts';
import { copyWholeProject } from '../harness/scratch.ts';
import { until } from '../harness/waiting.ts';
import { applyBlock, blocksOf } from './documented-blocks.ts';

// The next subgraph, as docs/add-a-subgraph.md has it, in a copy of the project under a pm2 of its own.

const PAGE = 'docs/add-a-subgraph.md';
const [CREATE, ...CHANGES] = blocksOf(PAGE);
const QUERY = CHANGES.pop();

const root = await mkdtemp(join(tmpdir(), 'lockstep-next-'));
await copyWholeProject(root);
const supergraph = join(root, 'supergraph.yaml');
// Longer than a call waits for the processor of a slow machine while nine processes run.
await writeFile(supergraph, (await readFile(supergraph, 'utf8')).replaceAll(/timeout: \w+/g, 'timeout: ${env.SLOW}'));
await writeFile(join(root, '.env'), 'SLOW=10s\n'); // which every command reads
const reviews = join(root, 'subgraphs', 'reviews');
const port = await freePort();
const project = await createProject(
  { after },
  (folder) => ({
    REVIEWS_PORT: String(port),
    REVIEWS_DATABASE: join(folder, 'reviews.sqlite'),
    DRAIN_DELAY_MS: '', // the default
  }),
  root,
);
after(() => rm(root, { recursive: true, force: true, maxRetries: 10 })); // pm2 has ended then
const { url } = project;
const database = join(project.folder, 'reviews.sqlite');

/** Runs what the npm script runs. */
async function command(script: string, ...args: string[]): Promise<Outcome> {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const [, ...words] = String(scripts[script]).split(' ');
  return run(process.execPath, [...words, ...args], project.env, root);
}

async function succeed(script: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await command(script, ...args);
  assert.equal(code, 0, `${script}: ${stderr}${stdout}`);
  return stdout;
}

/** Runs a program that says what is wrong with the project. */
async function assertAccepts(program: string, ...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await run(
    process.execPath,
    [join(root, 'node_modules', program), ...args],
    {},
    root,
  );
  assert.equal(code, 0, stdout + stderr);
}

/** Returns the hash of each file of the copy, but not of what running it makes. */
async function filesOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const own = paths.filter((path) => !/[/\\](node_modules|\.cache)[/\\]/.test(path.slice(folder.length)));
  const hashOf = async (path: string) =>
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  return new Map(await Promise.all(own.map(async (path) => [path, await hashOf(path)] as const)));
}

async function assertUnchanged(since: ReadonlyMap<string, string>): Promise<void> {
  const now = await filesOf(root);
  const paths = [...new Set([...since.keys(), ...now.keys()])];
  assert.deepEqual(
    paths.filter((path) => now.get(path) !== since.get(path)),
    [],
  );
}

const before = await filesOf(root);
const withoutReviews = await readFile(supergraph, 'utf8');

await succeed('start');

const refusals: [args: string[], message: RegExp][] = [
  [['users'], /^users: supergraph\.yaml has a subgraph of this name already\n$/],
  [
    ['old-orders', 'order'],
    /^Nothing was changed\. The schemas don't compose:\n.*INVALID_FIELD_SHARING: .*Query\.order/s,
  ],
];
for (const [args, message] of refusals) {
  test(`npm run new:subgraph ${args.join(' ')} makes nothing, and says why`, async () => {
    const { code, stderr } = await command('new:subgraph', ...args);
    assert.equal(code, 1);
    assert.match(stderr, message);
    await assertUnchanged(before);
  });
}

test('npm run new:subgraph makes a subgraph whose tests pass, on a free port', async () => {
  const taken = createServer()
    .listen(4004, '127.0.0.1')
    .on('error', () => {}); // something else may have it
  const { code, stdout, stderr } = await run('sh', ['-c', CREATE?.code ?? ''], project.env, root);
  taken.close();
  assert.equal(code, 0, stderr);
  assert.match(stdout, /Made the subgraph reviews in subgraphs\/reviews.*\n +npm start/);
  const { config } = JSON.parse(await readFile(join(reviews, 'package.json'), 'utf8'));
  assert.ok(config.port > 4004, String(config.port));
  assert.ok(existsSync(join(root, 'node_modules/@lockstep/reviews/package.json')));
  assert.match(await succeed('compose'), /REVIEWS @join__graph/);
  await assertAccepts('@biomejs/biome/bin/biome', 'ci', 'subgraphs/reviews');
  if (!isFull) return;
  await succeed('codegen', '--check');
  assert.equal((await run(process.execPath, ['--test', 'subgraphs/reviews/src/subgraph.test.ts'], {}, root)).code, 0);
});

test('npm run new:subgraph goes on where it was interrupted', { skip: !isFull }, async () => {
  const made = await filesOf(root);
  await cp(join(ROOT, 'package-lock.json'), join(root, 'package-lock.json'));
  await writeFile(supergraph, withoutReviews);
  await succeed('new:subgraph', 'reviews');
  await assertUnchanged(made);
});

test('npm start takes it into the graph that runs, without a failed request', async (t) => {
  const load = startLoad('{ users(first: 1) { name } orders(first: 1) { user { name } } products(first: 1) { name } }');
  t.after(() => load.end());
  assert.match(await succeed('start'), /^Starting .*reviews.* …$/m);
  const { answered, failures } = await load.end();
  assert.deepEqual(failures, []);
  assert.ok(answered > 10, `${answered} requests`);
  await until(
    () => ask(url, '{ reviews { id } }'),
    ({ text }) => text === '{"data":{"reviews":[]}}\n',
  );
});

test('the page leads to Product.reviews and addReview, which the checks accept', async () => {
  for (const block of CHANGES) {
    const folder = block.name === 'supergraph.yaml' ? root : reviews;
    if (block.language === 'sh') assert.equal((await run('sh', ['-c', block.code], {}, root)).code, 0);
    else await applyBlock(block, folder);
  }
  await succeed('codegen');
  await assertAccepts('@biomejs/biome/bin/biome', 'ci', 'subgraphs/reviews');
  const config = join(root, 'tsconfig.reviews.json');
  await writeFile(
    config,
    JSON.stringify({ extends: './tsconfig.json', include: ['subgraphs/reviews', 'runtime/src/**/*.d.ts'] }),
  );
  await assertAccepts('typescript/bin/tsc', '-p', config);
  await rm(config);
  const { code, stdout } = await run(process.execPath, ['--test', 'subgraphs/reviews/src/subgraph.test.ts'], {}, root);
  assert.equal(code, 0, stdout);
});

test('it refuses requests without the secret of the gateway', async () => {
  const secret = (await readFile(project.env.SUBGRAPH_SECRET_FILE ?? '', 'utf8')).trim();
  const statuses = [undefined, '0'.repeat(64), secret].map(async (given) => {
    const headers = { 'content-type': 'application/json', ...(given && { 'x-subgraph-secret': given }) };
    const body = '{"query":"{ _entities(representations: []) { __typename } }"}';
    return (await fetch(`http://127.0.0.1:${port}/graphql`, { method: 'POST', headers, body })).status;
  });
  assert.deepEqual(await Promise.all(statuses), [403, 403, 200]);
});

test('npm run reload runs it, and the gateway answers the query of the page, and finds reviews by node', async () => {
  await succeed('stop', 'reviews');
  for (const suffix of ['', '-wal', '-shm']) await rm(`${database}${suffix}`, { force: true });
  await succeed('reload', 'orders', 'reviews');
  const [userId, productId] = [await createUser(url, 'ada@example.com'), await createProduct(url, 1)];
  await createProduct(url, 1);
  const variables = { productId, userId, text: 'Bright', idempotencyKey: 'k' };
  for (let times = 0; times < 2; times++) assert.deepEqual(await add(variables), []);
  assert.deepEqual(await add({ ...variables, text: 'Dim' }), ['IDEMPOTENCY_KEY_REUSED']);
  assert.deepEqual(await add({ ...variables, productId: '99', idempotencyKey: 'l' }), ['PRODUCT_NOT_FOUND']);
  assert.deepEqual(await add({ ...variables, userId: '99' }), ['USER_NOT_FOUND']);
  assert.deepEqual(await get(url, QUERY?.code ?? ''), {
    products: [
      { name: 'Lamp', reviews: [{ text: 'Bright', user: { name: 'Ada Lovelace' } }] },
      { name: 'Lamp', reviews: [] },
    ],
  });
  const { review } = await get<{ review: { nodeId: string } }>(url, '{ review(id: 1) { nodeId } }');
  const node = await get(url, 'query ($id: ID!) { node(id: $id) { ... on Review { text } } }', { id: review.nodeId });
  assert.deepEqual(node, { node: { text: 'Bright' } });
});

test('npm run seed, backup and restore include it', async () => {
  assert.match(await succeed('seed', '--users', '1', '--orders', '0', '--url', url), /^reviews: seeded$/m);
  assert.equal(countRows(database, 'reviews'), 1 + 24);
  const backup = join(project.folder, 'backup');
  assert.match(await succeed('backup', backup), /^Backed up .*reviews \(/m);
  await succeed('stop', 'reviews');
  const answer = await ask(url, '{ products(first: 1) { name reviews { text } } }');
  assert.deepEqual(answer.data, { products: [{ name: 'Lamp', reviews: null }] });
  assert.deepEqual(errorsOf(answer), ['SUBGRAPH_UNAVAILABLE at products.0: Subgraph "reviews" is unavailable']);
  await succeed('stop');
  await rm(database);
  await succeed('restore', backup);
  assert.equal(countRows(database, 'reviews'), 1 + 24);
});

test('npm run check and the tests of the foundations accept it', { skip: !isFull }, async () => {
  assert.equal((await run('npm', ['run', 'check'], project.env, root)).code, 0);
  const text = await readFile(supergraph, 'utf8');
  await writeFile(supergraph, text.replaceAll('${env.SLOW}', '10s')); // these start a gateway without a command, which reads .env
  const { code, stdout } = await run(process.execPath, ['--test', 'tests/foundations/*.test.ts'], project.env, root);
  await writeFile(supergraph, text);
  assert.equal(code, 0, stdout);
});

test('npm run remove:subgraph leaves nothing of it', async () => {
  await mkdir(join(reviews, 'data'));
  assert.match(await succeed('remove:subgraph', 'reviews'), /^ {2}rm -r subgraphs\/reviews /m);
  assert.deepEqual(await readdir(reviews), ['data']);
  await rm(reviews, { recursive: true });
  await assertUnchanged(before);
  assert.equal(existsSync(join(root, 'node_modules/@lockstep/reviews')), false);
  assert.equal(
    (await project.list()).some(({ name }) => name === 'reviews'),
    false,
  );
});

test('npm run remove:subgraph removes nothing that others need', async () => {
  const { code, stderr } = await command('remove:subgraph', 'users');
  assert.deepEqual([code, stderr], [1, 'Nothing was changed. users is called by orders\n']);
  await assertUnchanged(before);
});

/** Sends a query again and again, until it is ended. */
function startLoad(query: string) {
  const seen = { answered: 0, failures: [] as string[] };
  let isEnding = false;
  const loading = (async () => {
    while (!isEnding) {
      const answer = await get(url, query).catch(String);
      if (typeof answer === 'string') seen.failures.push(answer);
      else seen.answered += 1;
      await delay(20);
    }
  })();
  return {
    async end() {
      isEnding = true;
      await loading;
      return seen;
    },
  };
}

/** Adds a review. Resolves with the codes of the errors. */
async function add(variables: Record<string, unknown>): Promise<unknown[]> {
  const query = `mutation ($productId: ID!, $userId: ID!, $text: String!, $idempotencyKey: String) {
    addReview(productId: $productId, userId: $userId, text: $text, idempotencyKey: $idempotencyKey) { id }
  }`;
  const { errors = [] } = await ask(url, query, variables);
  return errors.map(({ extensions }) => extensions.code);
}
