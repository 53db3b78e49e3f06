import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

// Preloaded into a process under test. At SIGUSR2 it logs the longest time for which the event loop was blocked since the
// last signal, the most CPU time that its thread used in a turn, which other processes don't lengthen, and the properties of
// Object.prototype.

const RESOLUTION_MS = 5;

if (isMainThread) {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  let before = process.threadCpuUsage();
  let busyMs = 0;
  setInterval(() => {
    const { user, system } = process.threadCpuUsage(before);
    busyMs = Math.max(busyMs, (user + system) / 1000);
    before = process.threadCpuUsage();
  }, RESOLUTION_MS).unref();

  process.on('SIGUSR2', () => {
    const inherited = Object.getOwnPropertyNames(Object.prototype);
    const line = { level: 'info', msg: 'probe', heldMs: delays.max / 1e6, busyMs, inherited };
    delays.reset();
    busyMs = 0;
    process.stdout.write(`${JSON.stringify(line)}\n`);
  });
}
