import { OperationTooComplexError } from '../operation-too-complex-error.ts';

/** Maximum number of ways to fields that are combined for one operation. So many take up to 60 MB; twice as many took 115. */
const MAX_COMBINATIONS = 50_000;

const UNBOUNDED = Number.POSITIVE_INFINITY;

/** CPU time of this thread at which planning is given up, the time before which that can't be, and the combinations left. */
let budget = { cpuMs: UNBOUNDED, notBefore: UNBOUNDED, timeoutMs: 0, combinations: UNBOUNDED };

/**
 * Calls a function that plans, and gives up planning after some CPU time of this thread. The planner checks the time as it
 * goes, see mended-planner.ts.
 *
 * @throws {OperationTooComplexError} if it took longer
 */
export async function inPlanningTime<Result>(timeoutMs: number, plan: () => Promise<Result>): Promise<Result> {
  const before = budget;
  const notBefore = performance.now() + timeoutMs;
  budget = { cpuMs: cpuMs() + timeoutMs, notBefore, timeoutMs, combinations: MAX_COMBINATIONS };
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

/** @throws {OperationTooComplexError} if there are too many ways to the fields of an operation */
export function checkCombinations(added: number): void {
  budget.combinations -= added;
  if (budget.combinations >= 0) return;
  throw new OperationTooComplexError(`its fields can be fetched in more than ${MAX_COMBINATIONS} ways`);
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
