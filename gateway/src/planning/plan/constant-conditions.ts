import { type DirectiveNode, Kind, type SelectionNode } from 'graphql';

/** Returns true if a constant `@skip` or `@include` excludes the selection. */
export function isNeverIncluded({ directives }: SelectionNode): boolean {
  return directives?.some((directive) => constantCondition(directive) === false) ?? false;
}

/** Returns true if a `@skip` or `@include` includes its selection; undefined if that depends on a variable. */
export function constantCondition(directive: DirectiveNode): boolean | undefined {
  if (!isCondition(directive)) return undefined;
  const value = directive.arguments?.[0]?.value;
  return value?.kind === Kind.BOOLEAN ? value.value === (directive.name.value === 'include') : undefined;
}

/** Returns true for `@skip` and `@include`. */
export function isCondition({ name }: DirectiveNode): boolean {
  return name.value === 'skip' || name.value === 'include';
}
