import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { tellProgress, times } from '../harness/full-count.ts';
import type { SmallProject } from '../harness/small-project.ts';
import { until } from '../harness/waiting.ts';

const KILLS = times(100, 4);
const CLIENTS = 32;
const LONGEST_MS = 10_000;
/** Pause of a client whose connection was refused or reset. */
const PAUSE_MS = 5;

/** Kills the gateway of a project that runs while clients connect to it all the time. */
export function testKills(project: SmallProject): void {
  test('a gateway that is killed under load leaves no connection without an answer or a reset', async (t) => {
    const port = Number(project.env.GATEWAY_PORT);
    let isOver = false;
    const seen = { answered: 0, reset: 0, hanging: 0 };
    let longestMs = 0;
    const client = async () => {
      while (!isOver) {
        const start = performance.now();
        seen[await request(port)] += 1;
        longestMs = Math.max(longestMs, Math.round(performance.now() - start));
      }
    };
    const clients = Array.from({ length: CLIENTS }, client);
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const gateway = await until(
        () => project.environmentOf('gateway'),
        (environment) => environment !== undefined,
      );
      process.kill(Number(gateway?.pid), 'SIGKILL');
      tellProgress('kills', kill, KILLS);
    }
    isOver = true;
    await Promise.all(clients);
    t.diagnostic(`${KILLS} kills: ${JSON.stringify(seen)}, the longest wait was ${longestMs} ms`);
    assert.equal(seen.hanging, 0);
    assert.ok(seen.answered > 0);
  });

  test('connections get in while the daemon of pm2 hangs', async (t) => {
    await until(
      () => project.environmentOf('gateway'),
      (environment) => environment !== undefined,
    );
    const daemon = Number(await readFile(join(project.folder, 'pm2', 'pm2.pid'), 'utf8'));
    process.kill(daemon, 'SIGSTOP');
    t.after(() => process.kill(daemon, 'SIGCONT'));
    assert.equal(await request(Number(project.env.GATEWAY_PORT)), 'answered');
  });
}

/** Sends a request over a connection of its own. Resolves with what became of it. */
async function request(port: number): Promise<'answered' | 'reset' | 'hanging'> {
  const socket = connect(port, '127.0.0.1').on('error', () => {}); // it closes
  socket.write('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
  const outcome = await new Promise<'answered' | 'reset' | 'hanging'>((resolve) => {
    socket.once('data', () => resolve('answered'));
    socket.once('close', () => resolve('reset'));
    socket.setTimeout(LONGEST_MS, () => resolve('hanging'));
  });
  socket.destroy();
  if (outcome === 'reset') await delay(PAUSE_MS);
  return outcome;
}
