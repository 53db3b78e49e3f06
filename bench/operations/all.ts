import type { Operation } from './operation.ts';
import { create, page, user } from './shop.ts';
import { growth, wide } from './wide.ts';

/** Numbers of objects in the answers of `growth`. */
export const GROWTH_SIZES = [100, 1000, 10_000] as const;

/** Names that `--only` accepts. */
export const GROUPS = ['page', 'user', 'create', 'wide', 'growth'] as const;
export type Group = (typeof GROUPS)[number];

const operations: Record<Group, readonly Operation[]> = {
  page: [page],
  user: [user],
  create: [create],
  wide: [wide],
  growth: GROWTH_SIZES.map(growth),
};

export function operationsOf(group: Group): readonly Operation[] {
  return operations[group];
}

/** Returns the operation with this name. */
export function operationNamed(name: string): Operation {
  const operation = Object.values(operations)
    .flat()
    .find((candidate) => candidate.name === name);
  if (!operation) throw new Error(`there is no operation ${name}`);
  return operation;
}
