import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import type { GraphQLError } from 'graphql';
import type { Denial } from './restriction.ts';
import type { Demand } from './rules.ts';

/** Returns one error for each denied path, in the order of the operation. */
export function denialErrors(denials: readonly Denial[], isAuthenticated: boolean): GraphQLError[] {
  const byPath = new Map<string, { path: readonly string[]; demands: Set<Demand> }>();
  for (const { path, demands } of denials) {
    const key = JSON.stringify(path);
    const known = byPath.get(key) ?? { path, demands: new Set() };
    for (const demand of demands) known.demands.add(demand);
    byPath.set(key, known);
  }
  return [...byPath.values()].map(({ path, demands }) => denialError(path, [...demands], isAuthenticated));
}

function denialError(path: readonly string[], demands: readonly Demand[], isAuthenticated: boolean): GraphQLError {
  const needsToken = !isAuthenticated && demands.some(({ rule }) => rule.kind !== 'policies');
  const reasons = new Set(demands.map(({ coordinate, rule }) => `${coordinate} demands ${rule.text}`));
  const message = `Not authorized: ${[...reasons].join(', ')}${needsToken ? ', and the request has no token' : ''}`;
  return new ExpectedError(needsToken ? 'UNAUTHENTICATED' : 'FORBIDDEN', message, { path: [...path] });
}
