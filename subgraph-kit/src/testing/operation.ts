import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import { OperationBudget } from '../execution/operation-budget.ts';
import type { Operation } from '../execution/subgraph-executor.ts';

/** Returns an operation, by default with all the time and work that it wants. */
export function operationWith(maxObjects = Number.MAX_SAFE_INTEGER, lifetime: Partial<Lifetime> = {}): Operation {
  const { signal = new AbortController().signal, deadline } = lifetime;
  return { signal, deadline, budget: new OperationBudget(maxObjects, { signal, deadline }) };
}
