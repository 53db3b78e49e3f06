import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Service } from 'kubernetes-models/v1';
import { temporaryFolder } from '../harness/graph.ts';
import { ROOT } from '../harness/process.ts';
import { renderChart, withoutHelm } from './chart.ts';

/** Schemas of Kubernetes' API, by kind. */
const MODELS = { ConfigMap, Deployment, HorizontalPodAutoscaler, NetworkPolicy, PodDisruptionBudget, Service };

/** Everything that the chart can render. */
const ALL = [
  `--set-file=supergraph=${join(ROOT, 'supergraph.yaml')}`,
  '--set=gateway.secretEnv.REDIS_URL=redis-url,imagePullSecrets[0].name=registry',
  '--set=subgraph.tls.secret=back,gateway.tls.secret=front',
  '--set-json=networkPolicy.clients=[{"podSelector":{"matchLabels":{"app":"ingress"}}}]',
  '--set-json=networkPolicy.scrapers=[{"namespaceSelector":{"matchLabels":{"name":"monitoring"}}}]',
];

test('each object of the Helm chart has the form that Kubernetes documents', { skip: withoutHelm }, () => {
  for (const object of renderChart(...ALL)) {
    const Model = Object.entries(MODELS).find(([kind]) => kind === object.kind)?.[1];
    assert.ok(Model, `no schema for ${object.kind}`);
    assert.equal(object.apiVersion, Model.apiVersion);
    new Model(JSON.parse(JSON.stringify(object))).validate();
  }
});

// The API server, and so the schemas, let unknown keys pass. The types of the same package don't, in an object literal.
test('no object of the Helm chart has a key that Kubernetes does not know', { skip: withoutHelm }, async (t) => {
  const folder = await temporaryFolder(t);
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const literals = renderChart(...ALL).map(
    (object, index) => `export const object${index}: models.${object.kind} = ${JSON.stringify(object)};`,
  );
  const imports = Object.entries({
    'apps/v1': 'IDeployment as Deployment',
    'autoscaling/v2': 'IHorizontalPodAutoscaler as HorizontalPodAutoscaler',
    'networking.k8s.io/v1': 'INetworkPolicy as NetworkPolicy',
    'policy/v1': 'IPodDisruptionBudget as PodDisruptionBudget',
    v1: 'IConfigMap as ConfigMap, IService as Service',
  }).map(([path, names]) => `export type { ${names} } from 'kubernetes-models/${path}';`);
  await writeFile(join(folder, 'models.mts'), imports.join('\n'));
  await writeFile(join(folder, 'chart.mts'), ["import type * as models from './models.mjs';", ...literals].join('\n'));
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const flags = '--noEmit --strict --skipLibCheck --module nodenext --target es2024 --types'.split(' ');
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...flags, '', join(folder, 'chart.mts')], {
    encoding: 'utf8',
    cwd: folder,
  });
  assert.equal(status, 0, stdout);
});
