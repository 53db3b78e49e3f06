import { FieldDefinition, type Schema } from '@apollo/federation-internals';
import type { AuthorizationDirective, SupergraphDirectives } from '../planner.ts';
import { cacheDirectivesOf } from './cache-directives.ts';
import { costDirectivesOf } from './cost-directives.ts';

/** The authorization directives by the specifications that define them. A schema may import them under other names. */
const AUTHORIZATION = [
  { name: 'authenticated', argument: undefined },
  { name: 'requiresScopes', argument: 'scopes' },
  { name: 'policy', argument: 'policies' },
] as const;

/** Reads the directives of a supergraph that the gateway itself follows. */
export function directivesOf(supergraph: Schema): SupergraphDirectives {
  return {
    authorization: AUTHORIZATION.flatMap((kind) => applicationsOf(supergraph, kind)),
    overrideLabels: overrideLabelsOf(supergraph),
    usesContext: supergraph.coreFeatures?.getByIdentity('https://specs.apollo.dev/context') !== undefined,
    costs: costDirectivesOf(supergraph),
    ...cacheDirectivesOf(supergraph),
  };
}

function applicationsOf(supergraph: Schema, { name, argument }: (typeof AUTHORIZATION)[number]) {
  const feature = supergraph.coreFeatures?.getByIdentity(`https://specs.apollo.dev/${name}`);
  const directive = feature && supergraph.directive(feature.directiveNameInSchema(name));
  return [...(directive?.applications() ?? [])].map((application): AuthorizationDirective => {
    const given: Record<string, unknown> = application.arguments();
    const anyOf = argument === undefined ? [[]] : toAlternatives(given[argument]);
    return { name, argument, coordinate: coordinateOf(application.parent), anyOf };
  });
}

function overrideLabelsOf(supergraph: Schema): SupergraphDirectives['overrideLabels'] {
  const labels = new Map<string, Set<string>>();
  for (const application of supergraph.directive('join__field')?.applications() ?? []) {
    const { overrideLabel }: Record<string, unknown> = application.arguments();
    const { parent } = application;
    if (typeof overrideLabel !== 'string' || !(parent instanceof FieldDefinition)) continue;
    const ofType = labels.get(parent.parent.name) ?? new Set();
    labels.set(parent.parent.name, ofType.add(overrideLabel));
  }
  return labels;
}

function coordinateOf(element: object | undefined): string {
  if (element && 'coordinate' in element && typeof element.coordinate === 'string') return element.coordinate;
  throw new Error('An authorization directive is applied to something without a schema coordinate');
}

function toAlternatives(value: unknown): string[][] {
  if (!Array.isArray(value)) throw new Error(`Not a list of lists of names: ${JSON.stringify(value)}`);
  return value.map((names: unknown) => {
    if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
    throw new Error(`Not a list of names: ${JSON.stringify(names)}`);
  });
}
