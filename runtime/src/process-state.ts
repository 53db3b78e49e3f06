/**
 * Progress of a process that starts: `prepared` once only its port is missing, which a process that it replaces still has;
 * `ready` once it answers requests.
 */
export type ProcessState = 'prepared' | 'ready';

/**
 * Tells pm2 how far this process is. pm2 keeps it as a metric of the process, which is how the project's commands learn of it;
 * `pm2 show` prints it too (https://pm2.io/docs/plus/guide/custom-metrics/).
 *
 * @param probe URL of its readiness probe
 */
export function reportState(state: ProcessState, probe = ''): void {
  process.send?.({ type: 'axm:monitor', data: { state: { value: state }, probe: { value: probe } } });
}
