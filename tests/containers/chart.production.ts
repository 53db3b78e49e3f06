import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { processVariables } from '@lockstep/runtime/process-config.ts';
import { telemetryVariables } from '@lockstep/runtime/telemetry/telemetry-settings.ts';
import { SUBGRAPH_NAMES, SUBGRAPHS, variablesOfEach } from '../harness/subgraphs.ts';
import { CHART, type Container, ofKind, renderChart, selects, withoutHelm } from './chart.ts';

const NAMES = ['gateway', ...SUBGRAPH_NAMES].toSorted();
const SUFFIXES = ['PORT', 'URL', 'DATABASE'] as const;

describe('the Helm chart', { skip: withoutHelm }, () => {
  const objects = withoutHelm ? [] : renderChart();
  const pods = ofKind(objects, 'Deployment').map(({ spec }) => spec.template);

  test('has no fault that helm finds', () => {
    const { status, stdout } = spawnSync('helm', ['lint', CHART, '--strict', '--set=existingSecret=x'], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout);
  });

  for (const [value, message] of [
    ['existingSecret=', /existingSecret/],
    ['gateway.replica=3', /'replica'|replica/],
    ['subgraphs.users.port=none', /port/],
    ['image.digest=latest', /digest/],
    ['subgraphs.gateway.port=4009', /gateway/],
    ['subgraphs.orders.calls={nobody}', /nobody/],
  ] as const) {
    test(`refuses a wrong value: ${value}`, () => {
      assert.throws(() => renderChart(`--set=${value}`), message);
    });
  }

  test('has one Deployment, Service, disruption budget, autoscaler and network policy for each process', () => {
    for (const kind of ['Deployment', 'Service', 'PodDisruptionBudget', 'HorizontalPodAutoscaler', 'NetworkPolicy']) {
      const names = ofKind(objects, kind).map(({ metadata }) => metadata.name);
      assert.deepEqual(
        names.toSorted(),
        NAMES.map((name) => `shop-${name}`),
        kind,
      );
    }
  });

  test('each selector selects the pods of its process, and no others', () => {
    const found = objects.flatMap(({ kind, metadata, spec }) => {
      const selector =
        { Service: spec.selector, NetworkPolicy: spec.podSelector?.matchLabels }[kind] ?? spec.selector?.matchLabels;
      if (selector === undefined) return [`${kind} ${metadata.name} ${spec.scaleTargetRef.name}`];
      const selected = pods.filter((pod) => selects(selector, pod.metadata.labels));
      return selected.map((pod) => `${kind} ${metadata.name} shop-${pod.spec.containers[0]?.name}`);
    });
    assert.deepEqual(
      found,
      objects.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.name}`),
    );
  });

  for (const { metadata, spec } of pods) {
    const [container] = spec.containers;
    const name = container?.name ?? '';

    test(`${name}: runs without privileges, on a read-only file system`, () => {
      assert.deepEqual(container?.securityContext, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      assert.deepEqual(spec.securityContext, {
        runAsNonRoot: true,
        runAsUser: 1000,
        runAsGroup: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      assert.equal(spec.automountServiceAccountToken, false);
      assert.equal(spec.enableServiceLinks, false, 'the Service users would give the processes a USERS_PORT');
    });

    test(`${name}: has probes, a drain that ends in time, and bounds of its memory`, () => {
      const { startupProbe, readinessProbe, livenessProbe, lifecycle, resources } = JSON.parse(
        JSON.stringify(container),
      );
      assert.equal(startupProbe.httpGet.path, '/health/ready');
      assert.equal(readinessProbe.httpGet.path, '/health/ready');
      assert.equal(livenessProbe.httpGet.path, '/health/live');
      const drainMs = Number(container?.env.find((variable) => variable.name === 'DRAIN_DELAY_MS')?.value);
      const longest = lifecycle.preStop.sleep.seconds + drainMs / 1000 + 10;
      assert.ok(Number(spec.terminationGracePeriodSeconds) > longest, `${longest} s`);
      assert.ok(resources.requests.cpu && resources.requests.memory && resources.limits.memory);
    });

    test(`${name}: is given variables that it reads, its own secrets, and the addresses of those it calls`, () => {
      const calls = name === 'gateway' ? SUBGRAPH_NAMES : SUBGRAPHS.find((subgraph) => subgraph.name === name)?.calls;
      const own = name === 'gateway' ? { GATEWAY_PORT: '4000' } : variablesOfEach('PORT', () => portOf(name), [name]);
      const databases = variablesOfEach('DATABASE', () => `${name}-database`, name === 'gateway' ? [] : [name]);
      assert.deepEqual(valuesOf(container), {
        DRAIN_DELAY_MS: '1500',
        ...own,
        SUBGRAPH_SECRET: 'subgraph-secret',
        ...databases,
        ...variablesOfEach('URL', (called) => `http://shop-${called}:${portOf(called)}/graphql`, calls),
      });
      const read = new Set([...Object.keys({ ...processVariables, ...telemetryVariables }), 'GATEWAY_PORT']);
      for (const suffix of SUFFIXES) for (const variable in variablesOfEach(suffix, () => '')) read.add(variable);
      assert.deepEqual(
        container?.env.map((variable) => variable.name).filter((variable) => !read.has(variable)),
        [],
      );
    });

    test(`${name}: runs the program of its folder, behind its Service`, () => {
      const folder = name === 'gateway' ? 'gateway' : `subgraphs/${name}`;
      assert.deepEqual(container?.command, ['node', `${folder}/src/main.ts`]);
      assert.deepEqual(container?.ports, [{ name: 'http', containerPort: Number(portOf(name)) }]);
      const service = ofKind(objects, 'Service').find((object) => selects(object.spec.selector, metadata.labels));
      const port = name === 'gateway' ? 80 : Number(portOf(name));
      assert.deepEqual(service?.spec.ports, [{ name: 'http', port, targetPort: 'http' }]);
    });
  }
});

function portOf(name: string): string {
  return String(SUBGRAPHS.find((subgraph) => subgraph.name === name)?.port ?? 4000);
}

/** Returns the variables of a container by name, with the key in place of a secret. */
function valuesOf(container: Container | undefined): Record<string, string | undefined> {
  const entries = (container?.env ?? []).map(({ name, value, valueFrom }) => {
    if (valueFrom) assert.equal(valueFrom.secretKeyRef.name, 'shop-secrets');
    return [name, value ?? valueFrom?.secretKeyRef.key] as const;
  });
  return Object.fromEntries(entries);
}
