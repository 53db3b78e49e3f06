import { writeFileSync } from 'node:fs';

/**
 * Tells whatever runs this process that it answers requests. pm2 keeps it as a metric of the process, which the project's
 * commands read; `pm2 show` prints it too (https://pm2.io/docs/plus/guide/custom-metrics/). A container's health check
 * (deploy/health-check.js) reads the file.
 *
 * @param probe URL of its readiness probe
 */
export function reportReady(probe = '', file?: string): void {
  process.send?.({ type: 'axm:monitor', data: { state: { value: 'ready' }, probe: { value: probe } } });
  if (file !== undefined) writeFileSync(file, probe);
}

/** Open circuit breaker of a process. */
export interface OpenBreaker {
  readonly subgraph: string;
  /** ISO 8601 in UTC. */
  readonly since: string;
}

const openBreakers = new Map<object, OpenBreaker>();

/** Tells pm2, as {@link reportReady} does, that a circuit breaker is open, or that it is not. */
export function reportBreaker(breaker: object, state: OpenBreaker | undefined): void {
  if (state) openBreakers.set(breaker, state);
  else if (!openBreakers.delete(breaker)) return;
  const value = [...openBreakers.values()].map(({ subgraph, since }) => `${subgraph} since ${since}`).join(', ');
  process.send?.({ type: 'axm:monitor', data: { 'open circuit breakers': { value } } });
}

/** Reads the value of the metric that {@link reportBreaker} sends. */
export function parseOpenBreakers(value = ''): OpenBreaker[] {
  return value.split(', ').flatMap((text) => {
    const [subgraph, since] = text.split(' since ');
    return subgraph !== undefined && since !== undefined ? [{ subgraph, since }] : [];
  });
}

/** One of several instances of a subgraph, as its caller sees it. */
export interface InstanceState {
  readonly subgraph: string;
  /** Host and path of its address. */
  readonly instance: string;
  /** Time since which it is left out, ISO 8601 in UTC; undefined if it is called. */
  readonly leftOutSince: string | undefined;
}

const instances = new Map<object, readonly InstanceState[]>();

/** Tells pm2, as {@link reportReady} does, which instances a pool calls and leaves out; undefined once it is closed. */
export function reportInstances(pool: object, states: readonly InstanceState[] | undefined): void {
  if (states) instances.set(pool, states);
  else if (!instances.delete(pool)) return;
  const all = [...instances.values()].flat();
  const value = all.map(({ subgraph, instance, leftOutSince: since = '' }) => `${subgraph} ${instance} ${since}`);
  process.send?.({ type: 'axm:monitor', data: { instances: { value: value.join(', ') } } });
}

/** Reads the value of the metric that {@link reportInstances} sends. */
export function parseInstances(value = ''): InstanceState[] {
  return value.split(', ').flatMap((text) => {
    const [subgraph, instance, since] = text.split(' ');
    return subgraph && instance ? [{ subgraph, instance, leftOutSince: since || undefined }] : [];
  });
}
