import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ROOT } from '../harness/process.ts';
import { type Container, type KubernetesObject, ofKind, renderChart, withoutHelm } from './chart.ts';

const SUPERGRAPH = join(ROOT, 'supergraph.yaml');
const SUPERGRAPH_WITH_TLS = `
gateway: { tls: { supergraph: { certificate: /etc/lockstep/tls/tls.crt, key: /etc/lockstep/tls/tls.key } } }
`;
const TLS_VARIABLE = /^TLS_(CERTIFICATE=.*tls\.crt|KEY=.*tls\.key|(CLIENT_)?CA=.*ca\.crt)$/;
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

  test('certificates come from Secrets: a subgraph speaks HTTPS, and its callers have what to show', () => {
    const file = `--set-json=supergraph=${JSON.stringify(SUPERGRAPH_WITH_TLS)}`;
    const objects = renderChart(
      '--set=gateway.tls.secret=front',
      '--set=subgraphs.users.tls.secret=back',
      ...['--set=subgraphs.orders.tls.secret=back', file],
    );
    const variableOf = (name: string, variable: string) =>
      containerOf(objects, name).env.find((each) => each.name === variable)?.value;
    for (const caller of ['gateway', 'orders'])
      assert.equal(variableOf(caller, 'USERS_URL'), 'https://shop-users:4001/graphql');
    assert.equal(variableOf('gateway', 'PRODUCTS_URL'), 'http://shop-products:4003/graphql');
    const mount = { name: 'certificates', mountPath: '/etc/lockstep/tls', readOnly: true };
    for (const [name, secretName, scheme] of [
      ['gateway', 'front', 'HTTPS'],
      ['users', 'back', 'HTTPS'],
      ['products', undefined, 'HTTP'],
    ] as const) {
      const { spec } = deploymentOf(objects, name);
      const { volumeMounts = [], livenessProbe, env } = JSON.parse(JSON.stringify(containerOf(objects, name)));
      assert.equal(livenessProbe.httpGet.scheme, scheme, name);
      assert.deepEqual(volumeMounts.slice(0, 1), secretName ? [mount] : [], name);
      const volumes = [{ name: 'certificates', secret: { secretName } }];
      assert.deepEqual(JSON.parse(JSON.stringify(spec)).volumes?.slice(0, 1), secretName && volumes, name);
      const files = env.filter((each: { name: string }) => each.name.startsWith('TLS_'));
      assert.equal(files.length, name === 'users' ? 4 : 0, 'the gateway has its files in supergraph.yaml');
      for (const { name: variable, value } of files) {
        assert.match(`${variable}=${value}`, TLS_VARIABLE);
      }
    }
  });

  for (const [values, message] of [
    [['--set=subgraphs.users.tls.secret=back'], /tls\.secret of gateway: it calls users, which demands a certificate/],
    [
      [
        '--set=subgraphs.users.tls.secret=back',
        '--set=gateway.tls.secret=front',
        `--set-file=supergraph=${SUPERGRAPH}`,
      ],
      /tls\.secret of orders: it calls users, which demands a certificate/,
    ],
    [
      ['--set=subgraph.tls.secret=back', '--set=gateway.tls.secret=front'],
      /supergraph: give one whose subgraphs\.orders\.tls names the certificates/,
    ],
  ] as const) {
    test(`refuses certificates that would not do: ${message.source.replaceAll('\\', '')}`, () => {
      assert.throws(() => renderChart(...values), message);
    });
  }

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
