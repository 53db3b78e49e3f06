import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSources, readWorkspaces, type Source } from '../harness/sources.ts';

const WORKSPACES = readWorkspaces().map(({ folder }) => folder);

const sources = ['gateway', 'runtime', 'subgraph-kit', 'subgraphs'].flatMap(readSources);
const running = sources.filter(({ isTest }) => !isTest);

/** Workspaces that each workspace's running code may import. */
const ALLOWED_WORKSPACES: Readonly<Record<string, readonly string[]>> = {
  runtime: [],
  'subgraph-kit': ['runtime'],
  gateway: ['runtime'],
  subgraphs: ['runtime', 'subgraph-kit'],
};

/** Folders of the gateway. Each imports only from those below it, and nothing imports the files above them all. */
const FLOORS = [
  ...['pipeline', 'supergraph', 'operations', 'subgraphs', 'execution'],
  ...['planning', 'telemetry', 'redis', 'hooks', 'configuration'],
];

test('runtime imports no other workspace, the gateway only runtime, and a subgraph only runtime and subgraph-kit', () => {
  const crossings = running.flatMap(({ path, imports }) => {
    const allowed = ALLOWED_WORKSPACES[path.split('/')[0] ?? ''] ?? [];
    return imports
      .filter((specifier) => specifier.startsWith('@lockstep/') && !allowed.includes(specifier.split('/')[1] ?? ''))
      .map((specifier) => `${path} imports ${specifier}`);
  });
  assert.deepEqual(crossings, []);
});

test('each folder of the gateway is a floor that imports only from the floors below it', () => {
  const floorOf = (path: string) => FLOORS.indexOf(path.split('/')[2] ?? '');
  const gateway = running.filter(({ path }) => path.startsWith('gateway/src/'));
  const homeless = gateway.filter(({ path }) => path.split('/').length > 3 && floorOf(path) === -1);
  assert.deepEqual(pathsOf(homeless), []);
  const upward = gateway.flatMap(({ path, imports }) =>
    imports
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => resolve(path, specifier))
      .filter((to) => floorOf(to) < floorOf(path))
      .map((to) => `${path} → ${to}`),
  );
  assert.deepEqual(upward, []);
});

test('enters planning through its interface, and reads its plans by planning/plan', () => {
  const inside = running.flatMap(({ path, imports }) =>
    path.startsWith('gateway/src/planning/') ? [] : imports.map((specifier) => resolve(path, specifier)),
  );
  const entered = inside.filter((to) => to.startsWith('gateway/src/planning/'));
  assert.ok(entered.includes('gateway/src/planning/worker/open-planner.ts'));
  assert.deepEqual(
    [...new Set(entered)].filter((to) => to.split('/')[3] === 'apollo'),
    [],
  );
});

test('no files of a workspace import each other in a circle', () => {
  const edges = WORKSPACES.flatMap(readSources).flatMap(({ path, imports }) =>
    imports.filter((to) => to.startsWith('.')).map((to): Edge => [path, resolve(path, to)]),
  );
  assert.ok(edges.length > 1000);
  assert.deepEqual(circlesOf(edges), []);
});

test('no folders of runtime and subgraph-kit import each other in a circle', () => {
  const placeOf = (path: string) => (path.split('/').length > 3 ? path.slice(0, path.lastIndexOf('/')) : path);
  const edges = running
    .filter(({ path }) => path.startsWith('runtime/') || path.startsWith('subgraph-kit/'))
    .flatMap(({ path, imports }) =>
      imports
        .filter((to) => to.startsWith('.'))
        .map((to): Edge => [placeOf(path), placeOf(resolve(path, to))])
        .filter(([from, to]) => from !== to),
    );
  assert.ok(edges.length > 10);
  assert.deepEqual(circlesOf(edges), []);
});

test('no file reaches into another workspace by its path', () => {
  const reaching = sources.flatMap(({ path, imports }) =>
    imports
      .filter((specifier) => workspaceOf(resolve(path, specifier)) !== workspaceOf(path))
      .map((to) => `${path} → ${to}`),
  );
  assert.deepEqual(reaching, []);
});

test('running code imports nothing that is for tests', () => {
  const reaching = running.flatMap(({ path, imports }) =>
    imports.filter((specifier) => /\/(testing|fixtures)\//.test(specifier)).map((to) => `${path} → ${to}`),
  );
  assert.deepEqual(reaching, []);
});

test('the gateway and runtime know no type of the domain', () => {
  const word = /\b(User|Order|Product)s?\b|\b(users|orders|products)\b/;
  const domain = running.filter(({ path, text }) => !path.startsWith('subgraphs/') && word.test(withoutComments(text)));
  assert.deepEqual(pathsOf(domain), []);
});

test('nothing is hidden on requests, signals and connections: no WeakMap, no added property, no instanceof', () => {
  const object = '(AbortSignal|IncomingMessage|ServerResponse|Socket)';
  const hidden = new RegExp(
    [
      `Weak(Map|Set)<${object}\\b`,
      `\\b${object} & \\{`,
      `\\binterface \\w+ extends ${object}\\b`,
      'instanceof \\w*(Signal|Message|Request|Response|Socket|Reader|Handler|Client)\\b',
    ].join('|'),
  );
  assert.deepEqual(pathsOf(running.filter(({ text }) => hidden.test(text))), []);
});

test('process.env is read in one file of each workspace', () => {
  assert.deepEqual(pathsOf(running.filter(({ text }) => text.includes('process.env'))), [
    'gateway/src/configuration/environment.ts',
    'subgraph-kit/src/define-subgraph.ts',
  ]);
});

test('has no barrels and no drawers', () => {
  const names = /(^|\/)(index|utils?|helpers?|common|misc)(\/|\.[jt]s$)/;
  assert.deepEqual(pathsOf(sources.filter(({ path }) => names.test(path))), []);
});

function pathsOf(found: readonly Source[]): string[] {
  return found.map(({ path }) => path).toSorted();
}

/** Returns the source without comments, whose examples may name anything. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '');
}

function resolve(path: string, specifier: string): string {
  return specifier.startsWith('.') ? new URL(specifier, `file:///${path}`).pathname.slice(1) : path;
}

/** Returns `gateway` for `gateway/src/main.ts`, and `subgraphs/users` for `subgraphs/users/src/main.ts`. */
function workspaceOf(path: string): string {
  return path
    .split('/')
    .slice(0, path.startsWith('subgraphs/') ? 2 : 1)
    .join('/');
}

type Edge = readonly [from: string, to: string];

/** Returns the edges that remain after removing everything that is in no cycle. */
function circlesOf(edges: readonly Edge[]): string[] {
  const sourcesOf = new Set(edges.map(([from]) => from));
  const targetsOf = new Set(edges.map(([, to]) => to));
  const kept = edges.filter(([from, to]) => targetsOf.has(from) && sourcesOf.has(to));
  return kept.length === edges.length ? kept.map(([from, to]) => `${from} → ${to}`) : circlesOf(kept);
}
