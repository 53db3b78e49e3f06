import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ROOT } from '../harness/process.ts';
import { type Container, type KubernetesObject, ofKind, renderChart, withoutHelm } from './chart.ts';

const SUPERGRAPH = join(ROOT, 'supergraph.yaml');
const SCHEMA = join(ROOT, 'subgraphs', 'users', 'schema.graphql');

describe('the values of the Helm chart', { skip: withoutHelm }, () => {
  test('a subgraph is one entry', () => {
    const objects = renderChart(
      '--set=subgraphs.stock-levels.port=4005',
      '--set=subgraphs.orders.calls={users,stock-levels}',
    );
    const kinds = objects.filter(({ metadata }) => metadata.name === 'shop-stock-levels').map(({ kind }) => kind);
    const expected = ['Deployment', 'HorizontalPodAutoscaler', 'NetworkPolicy', 'PodDisruptionBudget', 'Service'];
    assert.deepEqual(kinds.toSorted(), expected);
    const url = { name: 'STOCK_LEVELS_URL', value: 'http://shop-stock-levels:4005/graphql' };
    for (const caller of ['gateway', 'orders'])
      assert.deepEqual(
        containerOf(objects, caller).env.filter(({ name }) => name === url.name),
        [url],
      );
    const own = containerOf(objects, 'stock-levels').env.map(({ name }) => name);
    assert.deepEqual(own, ['DRAIN_DELAY_MS', 'STOCK_LEVELS_PORT', 'STOCK_LEVELS_DATABASE', 'SUBGRAPH_SECRET']);
  });

  test('supergraph.yaml and schemas come from a ConfigMap, and a change of it replaces the gateways', () => {
    const given = (file: string) => renderChart(`--set-file=supergraph=${file}`, `--set-file=schemas.users=${SCHEMA}`);
    const objects = given(SUPERGRAPH);
    const [map] = ofKind(objects, 'ConfigMap');
    const data = { 'supergraph.yaml': readFileSync(SUPERGRAPH, 'utf8'), 'users.graphql': readFileSync(SCHEMA, 'utf8') };
    assert.deepEqual(map?.data, data);
    assert.deepEqual(containerOf(objects, 'gateway').volumeMounts, [
      { name: 'supergraph', subPath: 'supergraph.yaml', mountPath: '/lockstep/supergraph.yaml', readOnly: true },
      {
        name: 'supergraph',
        subPath: 'users.graphql',
        mountPath: '/lockstep/subgraphs/users/schema.graphql',
        readOnly: true,
      },
    ]);
    const checksum = (all: readonly KubernetesObject[]) => deploymentOf(all, 'gateway').metadata.annotations;
    assert.notDeepEqual(checksum(given(join(ROOT, 'package.json'))), checksum(objects));
    assert.equal(containerOf(objects, 'users').volumeMounts, undefined);
  });

  test('a number of pods stands in a Deployment if nothing scales it', () => {
    const off = renderChart('--set=subgraphs.users.autoscaling.enabled=false', '--set=subgraphs.users.replicas=3');
    const replicas = ofKind(off, 'Deployment').map(({ metadata, spec }) => [metadata.name, spec.replicas]);
    assert.deepEqual(Object.fromEntries(replicas), {
      'shop-gateway': undefined,
      'shop-orders': undefined,
      'shop-products': undefined,
      'shop-users': 3,
    });
    assert.ok(!ofKind(off, 'HorizontalPodAutoscaler').some(({ metadata }) => metadata.name === 'shop-users'));
  });

  test('variables of one process win over those of all', () => {
    const objects = renderChart('--set=env.LOG_LEVEL=warn', '--set=gateway.env.LOG_LEVEL=debug');
    const levelOf = (name: string) => containerOf(objects, name).env.find((each) => each.name === 'LOG_LEVEL')?.value;
    assert.deepEqual([levelOf('gateway'), levelOf('users')], ['debug', 'warn']);
  });

  test('a digest pins the image', () => {
    const digest = `sha256:${'0a'.repeat(32)}`;
    const objects = renderChart('--set=image.repository=registry.example/lockstep', `--set=image.digest=${digest}`);
    assert.equal(containerOf(objects, 'gateway').image, `registry.example/lockstep@${digest}`);
  });
});

function deploymentOf(objects: readonly KubernetesObject[], name: string) {
  const found = ofKind(objects, 'Deployment').find(({ metadata }) => metadata.name === `shop-${name}`);
  assert.ok(found, `no Deployment of ${name}`);
  return found.spec.template;
}

function containerOf(objects: readonly KubernetesObject[], name: string): Container {
  const [container] = deploymentOf(objects, name).spec.containers;
  assert.ok(container);
  return container;
}
