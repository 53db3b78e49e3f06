import { type DirectiveNode, Kind, type SelectionNode } from 'graphql';
import type { Variables } from './variables.ts';

/** Returns true if something is selected; undefined if it always is. */
export type Condition = ((variables: Variables) => boolean) | undefined;

/** Returns the condition of a selection's `@skip` and `@include`. */
export function conditionOf({ directives = [] }: SelectionNode): Condition {
  return directives.map(toCondition).reduce<Condition>(both, undefined);
}

export function both(one: Condition, other: Condition): Condition {
  if (!one || !other) return one ?? other;
  return (variables) => one(variables) && other(variables);
}

/** Returns the condition that any of them holds. */
export function anyOf(conditions: readonly Condition[]): Condition {
  const real = conditions.filter((condition) => condition !== undefined);
  if (real.length < conditions.length) return undefined;
  return (variables) => real.some((condition) => condition(variables));
}

function toCondition({ name, arguments: given = [] }: DirectiveNode): Condition {
  if (name.value !== 'skip' && name.value !== 'include') return undefined;
  const wanted = name.value === 'include';
  const value = given.find((argument) => argument.name.value === 'if')?.value;
  if (value?.kind === Kind.BOOLEAN) return () => value.value === wanted;
  if (value?.kind !== Kind.VARIABLE) return undefined;
  const { value: variable } = value.name;
  return (variables) => variables.get(variable) === wanted;
}
