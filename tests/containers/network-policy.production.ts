import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SUBGRAPHS } from '../harness/subgraphs.ts';
import {
  type KubernetesObject,
  type Labels,
  ofKind,
  type Peer,
  type PolicyRule,
  renderChart,
  selects,
  withoutHelm,
} from './chart.ts';

/** A pod: one of the chart's, or of anybody else in the cluster. */
interface Pod {
  readonly name: string;
  readonly labels: Labels;
}

const STRANGER: Pod = { name: 'stranger', labels: { 'app.kubernetes.io/name': 'other' } };
const DATABASE: Pod = { name: 'database', labels: { 'app.kubernetes.io/name': 'postgresql' } };

describe('the network policies of the chart', { skip: withoutHelm }, () => {
  const ports = new Map([
    ...SUBGRAPHS.map(({ name, port }) => [name, port] as const),
    ['gateway', 4000],
    ['database', 5432],
  ]);

  /** Returns each `caller → called` that the policies allow on the called one's port. */
  function allowed(...args: readonly string[]): string[] {
    const objects = renderChart(...args);
    const policies = ofKind(objects, 'NetworkPolicy');
    const pods = ofKind(objects, 'Deployment').map(({ spec: { template } }) => ({
      name: template.spec.containers[0]?.name ?? '',
      labels: template.metadata.labels,
    }));
    const all = [...pods, STRANGER, DATABASE];
    const pairs = all.flatMap((from) => all.map((to) => ({ from, to, port: ports.get(to.name) ?? 0 })));
    return pairs
      .filter(({ from, to }) => from !== to && to !== STRANGER && from !== DATABASE)
      .filter(({ from, to, port }) => leaves(policies, from, to, port) && enters(policies, from, to, port))
      .map(({ from, to }) => `${from.name} → ${to.name}`)
      .toSorted();
  }

  const graph = [
    ...SUBGRAPHS.map(({ name }) => `gateway → ${name}`),
    ...SUBGRAPHS.flatMap(({ name, calls }) => calls.map((called) => `${name} → ${called}`)),
    ...SUBGRAPHS.map(({ name }) => `${name} → database`),
  ];

  test('let a subgraph be reached by the gateway and the subgraphs that call it, and by nobody else', () => {
    assert.deepEqual(allowed(), [...graph, 'stranger → database', 'stranger → gateway'].toSorted());
  });

  test('let only the listed clients reach the gateway', () => {
    const clients = '--set-json=networkPolicy.clients=[{"podSelector":{"matchLabels":{"app":"ingress"}}}]';
    assert.deepEqual(allowed(clients), [...graph, 'stranger → database'].toSorted());
  });

  test('are left out if the values say so', () => {
    assert.deepEqual(ofKind(renderChart('--set=networkPolicy.enabled=false'), 'NetworkPolicy'), []);
  });
});

function enters(policies: readonly KubernetesObject[], from: Pod, to: Pod, port: number): boolean {
  return isAllowed(policies, to, ({ ingress }) => ingress.some((rule) => fits(rule, rule.from, from, port)));
}

function leaves(policies: readonly KubernetesObject[], from: Pod, to: Pod, port: number): boolean {
  return isAllowed(policies, from, ({ egress }) => egress.some((rule) => fits(rule, rule.to, to, port)));
}

/** Returns true if no policy selects the pod, or one that does allows it. */
function isAllowed(
  policies: readonly KubernetesObject[],
  pod: Pod,
  allows: (spec: KubernetesObject['spec']) => boolean,
): boolean {
  const own = policies.filter(({ spec }) => selects(spec.podSelector.matchLabels, pod.labels));
  return own.length === 0 || own.some(({ spec }) => allows(spec));
}

/** Returns true if a rule is about this peer and port. One without peers is about all of them. */
function fits({ ports }: PolicyRule, peers: readonly Peer[] | undefined, peer: Pod, port: number): boolean {
  const isPeer = peers === undefined || peers.some(({ podSelector }) => selects(podSelector.matchLabels, peer.labels));
  return isPeer && ports.some((each) => each.port === port);
}
