import { monitorEventLoopDelay } from 'node:perf_hooks';

// Loaded into a process under test, before all else: at SIGUSR2 it logs for how long the event loop was held at most
// since the last time, and what all objects inherit.

const delays = monitorEventLoopDelay({ resolution: 5 });
delays.enable();

process.on('SIGUSR2', () => {
  const inherited = Object.getOwnPropertyNames(Object.prototype);
  const line = { level: 'info', msg: 'probe', heldMs: delays.max / 1e6, inherited };
  delays.reset();
  process.stdout.write(`${JSON.stringify(line)}\n`);
});
