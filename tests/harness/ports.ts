import { once } from 'node:events';
import { createServer } from 'node:net';

/** Range below the ephemeral ports, so that nothing else takes one of these in the meantime. */
const [LOWEST, HIGHEST] = [20_000, 29_999];

/** Resolves with a free port of the loopback interface, for a process whose address has to be known before it runs. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
