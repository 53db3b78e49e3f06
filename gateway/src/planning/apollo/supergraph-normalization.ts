import { type DirectiveNode, type DocumentNode, Kind, parse, visit } from 'graphql';
import type { NormalizedSupergraph } from './required-field.ts';
import { separateRequiredFields } from './required-fields.ts';

/**
 * Changes what @apollo/query-planner 2.14.4 would plan wrongly, and nothing that a client sees:
 * - resolvable keys come first: after a `@requires` it takes a subgraph's first key, even one that isn't resolvable (as in
 *   https://github.com/apollographql/router/issues/4894; https://github.com/apollographql/federation/pull/3137 mended a
 *   part); wrong-answers.test.ts reproduces it;
 * - a field with arguments in `@requires` gets a name of its own: the planner keeps such a field under its plain name, and
 *   the client's field with other arguments, or that of another `@requires`, overwrites it
 *   (https://github.com/apollographql/federation/issues/2996).
 */
export function normalizeSupergraph(sdl: string): NormalizedSupergraph {
  return separateRequiredFields(resolvableKeysFirst(parse(sdl, { noLocation: true })));
}

function resolvableKeysFirst(document: DocumentNode): DocumentNode {
  const sorted = <T extends { readonly directives?: readonly DirectiveNode[] }>(node: T): T | undefined => {
    const directives = node.directives ?? [];
    const last = directives.filter(isUnresolvableKey);
    if (last.length === 0) return undefined;
    return { ...node, directives: [...directives.filter((directive) => !isUnresolvableKey(directive)), ...last] };
  };
  return visit(document, { ObjectTypeDefinition: sorted, InterfaceTypeDefinition: sorted });
}

function isUnresolvableKey(directive: DirectiveNode): boolean {
  if (directive.name.value !== 'join__type') return false;
  const resolvable = directive.arguments?.find(({ name }) => name.value === 'resolvable')?.value;
  return resolvable?.kind === Kind.BOOLEAN && !resolvable.value;
}
