import { OperationTooComplexError } from '../operation-too-complex-error.ts';

/** CPU time of this thread at which planning is given up, and the time before which that can't be. */
let budget = { cpuMs: Number.POSITIVE_INFINITY, notBefore: Number.POSITIVE_INFINITY, timeoutMs: 0 };

/**
 * Calls a function that plans, and gives up planning after some CPU time of this thread. The planner checks the time as it
 * goes, see mended-planner.ts.
 *
 * @throws {OperationTooComplexError} if it took longer
 */
export async function inPlanningTime<Result>(timeoutMs: number, plan: () => Promise<Result>): Promise<Result> {
  const before = budget;
  budget = { cpuMs: cpuMs() + timeoutMs, notBefore: performance.now() + timeoutMs, timeoutMs };
  try {
    return await plan();
  } finally {
    budget = before;
  }
}

/** @throws {OperationTooComplexError} if planning has taken too long */
export function checkPlanningTime(): void {
  const now = performance.now();
  if (now < budget.notBefore) return; // asking for the CPU time is a system call
  const leftMs = budget.cpuMs - cpuMs();
  if (leftMs <= 0) throw new OperationTooComplexError(`planning it takes more than ${budget.timeoutMs} ms`);
  budget.notBefore = now + leftMs;
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
