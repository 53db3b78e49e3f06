import { Session } from 'node:inspector/promises';

/**
 * Gives back the memory that starting has used: V8 keeps it otherwise, until there is work that needs it. It takes some
 * 100 ms in which nothing else runs, so it is for before a process listens. (`global.gc` collects without giving back.)
 */
export async function releaseGarbage(): Promise<void> {
  const session = new Session();
  session.connect();
  try {
    await session.post('HeapProfiler.collectGarbage');
  } finally {
    session.disconnect();
  }
}
