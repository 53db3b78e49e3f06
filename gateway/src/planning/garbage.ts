import { Session } from 'node:inspector/promises';

/**
 * Returns the memory that the start has used to the system, which V8 would keep. It blocks for about 100 ms, so call it before
 * the process listens. `global.gc` collects garbage but keeps the memory.
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
