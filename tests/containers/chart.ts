import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ROOT } from '../harness/process.ts';

/** Folder of the Helm chart. */
export const CHART = join(ROOT, 'deploy', 'helm', 'lockstep');

const MISSING = 'no helm on the PATH: install it (https://helm.sh) and run this file again';

/** Reason for `test(name, { skip: withoutHelm }, …)` if there is no helm. CI has to have one. */
export const withoutHelm = spawnSync('helm', ['version']).status !== 0 && process.env.CI !== 'true' && MISSING;

/** Labels of an object, by which selectors find it. */
export type Labels = Readonly<Record<string, string>>;

/** A variable of a container. */
export interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}

/** A container, with the fields that the chart sets. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly env: readonly Variable[];
  readonly ports: readonly { readonly containerPort: number }[];
  readonly [field: string]: unknown;
}

/** Template of a Deployment's pods. */
export interface PodTemplate {
  readonly metadata: { readonly labels: Labels; readonly annotations?: Labels };
  readonly spec: { readonly containers: readonly Container[]; readonly [field: string]: unknown };
}

/** Peer of a rule of a NetworkPolicy, of the kind that the chart writes. */
export interface Peer {
  readonly podSelector: { readonly matchLabels: Labels };
}

/** Rule of a NetworkPolicy. */
export interface PolicyRule {
  readonly ports: readonly { readonly port: number }[];
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
}

/** An object of Kubernetes, with the fields that the tests read. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Labels;
  readonly spec: {
    readonly replicas?: number;
    readonly template: PodTemplate;
    readonly selector: Labels & { readonly matchLabels: Labels };
    readonly podSelector: { readonly matchLabels: Labels };
    readonly ports: readonly { readonly port: number; readonly targetPort: string }[];
    readonly scaleTargetRef: { readonly name: string };
    readonly ingress: readonly PolicyRule[];
    readonly egress: readonly PolicyRule[];
  };
}

/** Renders the chart by helm. @throws with what helm says, if the values can't be used */
export function renderChart(...args: readonly string[]): KubernetesObject[] {
  const text = execFileSync('helm', ['template', 'shop', CHART, '--set=existingSecret=shop-secrets', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return parseAllDocuments(text).map((document) => document.toJS());
}

/** Returns the objects of a kind. */
export function ofKind(objects: readonly KubernetesObject[], kind: string): KubernetesObject[] {
  return objects.filter((object) => object.kind === kind);
}

/** Returns true if an object with these labels is selected. */
export function selects(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}
