import { monitorEventLoopDelay } from 'node:perf_hooks';

// Preloaded into a process under test. At SIGUSR2 it logs the longest time for which the event loop was blocked since the
// last signal, and the properties of Object.prototype.

const delays = monitorEventLoopDelay({ resolution: 5 });
delays.enable();

process.on('SIGUSR2', () => {
  const inherited = Object.getOwnPropertyNames(Object.prototype);
  const line = { level: 'info', msg: 'probe', heldMs: delays.max / 1e6, inherited };
  delays.reset();
  process.stdout.write(`${JSON.stringify(line)}\n`);
});
