import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSources, type Source } from '../harness/sources.ts';

const sources = ['gateway', 'runtime', 'subgraphs'].flatMap(readSources);
const running = sources.filter(({ isTest }) => !isTest);

test('runtime imports no other workspace, and a subgraph only runtime', () => {
  const crossings = sources.flatMap(({ path, imports }) =>
    imports
      .filter((specifier) => specifier.startsWith('@lockstep/'))
      .filter((specifier) => path.startsWith('runtime/') || !specifier.startsWith('@lockstep/runtime/'))
      .map((specifier) => `${path} imports ${specifier}`),
  );
  assert.deepEqual(crossings, []);
});

test('no file reaches into another workspace by its path', () => {
  const reaching = sources.flatMap(({ path, imports }) =>
    imports
      .filter((specifier) => workspaceOf(resolve(path, specifier)) !== workspaceOf(path))
      .map((to) => `${path} → ${to}`),
  );
  assert.deepEqual(reaching, []);
});

test('what runs imports nothing that is for tests', () => {
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

test('process.env is read in one file of each workspace', () => {
  assert.deepEqual(pathsOf(running.filter(({ text }) => text.includes('process.env'))), [
    'gateway/src/configuration/environment.ts',
    'subgraphs/orders/src/config.ts',
    'subgraphs/products/src/config.ts',
    'subgraphs/users/src/config.ts',
  ]);
});

test('there is no barrel, and no drawer', () => {
  const names = /(^|\/)(index|utils?|helpers?|common|misc)(\/|\.[jt]s$)/;
  assert.deepEqual(pathsOf(sources.filter(({ path }) => names.test(path))), []);
});

function pathsOf(found: readonly Source[]): string[] {
  return found.map(({ path }) => path).toSorted();
}

/** Examples in comments may speak of anything. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '');
}

function resolve(path: string, specifier: string): string {
  return specifier.startsWith('.') ? new URL(specifier, `file:///${path}`).pathname.slice(1) : path;
}

/** `gateway` of `gateway/src/main.ts`, `subgraphs/users` of `subgraphs/users/src/main.ts`. */
function workspaceOf(path: string): string {
  return path
    .split('/')
    .slice(0, path.startsWith('subgraphs/') ? 2 : 1)
    .join('/');
}
