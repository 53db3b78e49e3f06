import assert from 'node:assert/strict';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { temporaryFolder } from '@lockstep/runtime/testing/temporary-folder.ts';
import { authorization } from '../configuration/sections/authorization.ts';
import { loadHooks } from '../operations/variant-choice.ts';
import { askHook, type HookRequest } from './choice-hook.ts';

const request: HookRequest = { claims: { sub: 'ann' }, headers: {}, signal: new AbortController().signal };

function settings(policies: string | undefined, labels: string | undefined) {
  const module = policies === undefined ? undefined : { module: policies };
  return { authorization: authorization.parse({ policies: module }), progressiveOverride: { module: labels } };
}

test('calls the function of that name in the module of the settings', async (t) => {
  const file = join(await temporaryFolder(t), 'hooks.ts');
  writeFileSync(
    file,
    `export const grantedPolicies = async (names: string[], { claims }: { claims: { sub: string } }) => [...names, claims.sub];
     export const activeLabels = (names: string[]) => Object.fromEntries(names.map((name) => [name, name === 'b']));`,
  );
  const { policies, labels } = await loadHooks(settings(file, file));
  assert.ok(policies && labels);
  assert.deepEqual(await askHook(policies, ['a'], request), new Set(['a', 'ann']));
  assert.deepEqual(await askHook(labels, ['a', 'b'], request), new Set(['b']));
  assert.deepEqual(await loadHooks(settings(undefined, undefined)), { policies: undefined, labels: undefined });
});

test('reloads a module that has changed', async (t) => {
  const file = join(await temporaryFolder(t), 'labels.mjs');
  for (const [index, name] of ['first', 'second'].entries()) {
    writeFileSync(file, `export const activeLabels = () => ['${name}'];`);
    utimesSync(file, index + 1, index + 1);
    const { labels } = await loadHooks(settings(undefined, file));
    assert.ok(labels);
    assert.deepEqual(await askHook(labels, [], request), new Set([name]));
  }
});

test('names a module that can not be used', async (t) => {
  const file = join(await temporaryFolder(t), 'hooks.mjs');
  const load = () => loadHooks(settings(file, undefined));
  await assert.rejects(load, (error) => error instanceof ConfigurationError && error.message.includes(file));
  writeFileSync(file, 'export const grantedPolicies = 1;');
  await assert.rejects(load, { message: `${file} exports no function grantedPolicies; export one` });
});
