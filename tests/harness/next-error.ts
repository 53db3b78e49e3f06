import type { LogLine, RunningProcess } from './process.ts';

/** Changes a file. Resolves with the error that a process logs about it. */
export async function nextError({ logs, logged }: RunningProcess, change: () => Promise<unknown>): Promise<LogLine> {
  const earlier = new Set(logs);
  const error = logged((line) => line.level === 'error' && !earlier.has(line));
  await change();
  return error;
}
