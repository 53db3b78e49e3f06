/**
 * Tells pm2 that this process answers requests. pm2 keeps it as a metric of the process, which the project's commands read;
 * `pm2 show` prints it too (https://pm2.io/docs/plus/guide/custom-metrics/).
 *
 * @param probe URL of its readiness probe
 */
export function reportReady(probe = ''): void {
  process.send?.({ type: 'axm:monitor', data: { state: { value: 'ready' }, probe: { value: probe } } });
}
