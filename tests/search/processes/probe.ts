import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';
import type { Order, Reading } from './probe-messages.ts';

// Preloaded into a process under search: measures what the process does between two messages of the search. It connects to
// the search's port, so that the product needs no code for it.

const TICK_MS = 1;
/** The process is idle once all its threads together use less than IDLE_MS of CPU time in a window. */
const [WINDOW_MS, IDLE_MS] = [8, 2.5];
const MB = 2 ** 20;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Longest times between two ticks of the event loop: a tick can't run while the loop is blocked. */
class Ticks {
  blockedCpuMs = 0;
  blockedMs = 0;
  peakRss = process.memoryUsage.rss();
  #cpuMs = threadMs();
  #now = performance.now();
  readonly #timer = setInterval(() => this.tick(), TICK_MS).unref();

  tick(): void {
    const [cpuMs, now] = [threadMs(), performance.now()];
    this.blockedCpuMs = Math.max(this.blockedCpuMs, cpuMs - this.#cpuMs);
    this.blockedMs = Math.max(this.blockedMs, now - this.#now);
    this.peakRss = Math.max(this.peakRss, process.memoryUsage.rss());
    [this.#cpuMs, this.#now] = [cpuMs, now];
  }

  stop(): void {
    clearInterval(this.#timer);
    this.tick();
  }
}

interface Measuring {
  readonly ticks: Ticks;
  readonly rss: number;
  readonly threadMs: number;
  readonly processMs: number;
}

let measuring: Measuring | undefined;

function begin(collect: boolean): void {
  measuring?.ticks.stop();
  if (collect) collectGarbage();
  resetPeak();
  const start = { rss: process.memoryUsage.rss(), threadMs: threadMs(), processMs: processMs() };
  measuring = { ...start, ticks: new Ticks() };
}

/** @param send takes the reading once the process is idle, or the time is up */
function end(timeoutMs: number, send: (reading: Reading) => void): void {
  if (!measuring) throw new Error('end without begin');
  const { ticks, rss, threadMs: threadAtStart, processMs: processAtStart } = measuring;
  const deadline = performance.now() + timeoutMs;
  let before = processMs();
  const window = setInterval(() => {
    const now = processMs();
    const isIdle = now - before < IDLE_MS;
    before = now;
    if (!isIdle && performance.now() < deadline) return;
    clearInterval(window);
    ticks.stop();
    measuring = undefined;
    send({
      blockedCpuMs: ticks.blockedCpuMs,
      blockedMs: ticks.blockedMs,
      cpuMs: threadMs() - threadAtStart,
      processMs: processMs() - processAtStart,
      peakMb: Math.max(0, peakRss(ticks) - rss) / MB,
      isIdle,
    });
  }, WINDOW_MS);
}

/** Returns the memory that is in use after a garbage collection, in MB. */
function usedMb(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / MB;
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function processMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Resets the peak that proc(5) records. Without it the peak is the highest of the ticks. */
function resetPeak(): void {
  if (process.platform === 'linux') writeFileSync('/proc/self/clear_refs', '5');
}

function peakRss({ peakRss }: Ticks): number {
  if (process.platform !== 'linux') return peakRss;
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Math.max(peakRss, Number(kilobytes) * 1024);
}

function obey(order: Order, socket: Socket): void {
  const send = (reply: object) => socket.write(`${JSON.stringify(reply)}\n`);
  if (order.do === 'end') {
    end(order.timeoutMs, send);
    return;
  }
  if (order.do === 'begin') begin(order.collect);
  send(order.do === 'used' ? { usedMb: usedMb() } : {});
}

if (isMainThread && process.env.SEARCH_PORT) {
  const socket = connect(Number(process.env.SEARCH_PORT), '127.0.0.1').unref();
  socket.write(`${process.pid}\n`);
  const lines = createInterface({ input: socket }).on('line', (line) => obey(JSON.parse(line), socket));
  for (const emitter of [socket, lines]) emitter.on('error', () => {}); // the search has ended
}
