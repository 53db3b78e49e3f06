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
