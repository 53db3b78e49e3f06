import { COST_VERSIONS, costIdentity, type Schema } from '@apollo/federation-internals';
import type { CostDirectives, ListSize } from '../planner.ts';

/** Reads `@cost` and `@listSize`, whatever the subgraphs call them (`import: [{ name: "@cost", as: "@price" }]`). */
export function costDirectivesOf(supergraph: Schema): CostDirectives {
  const weights = new Map<string, number>();
  const listSizes = new Map<string, ListSize>();
  const feature = supergraph.coreFeatures?.getByIdentity(costIdentity);
  const specification = feature && COST_VERSIONS.find(feature.url.version);
  for (const application of specification?.costDirective(supergraph)?.applications() ?? []) {
    weights.set(coordinateOf(application.parent), application.arguments().weight);
  }
  for (const application of specification?.listSizeDirective(supergraph)?.applications() ?? []) {
    const { assumedSize, slicingArguments, sizedFields, requireOneSlicingArgument } = application.arguments(true);
    listSizes.set(coordinateOf(application.parent), {
      assumedSize: assumedSize ?? undefined,
      slicingArguments: slicingArguments ?? [],
      sizedFields: sizedFields ?? [],
      requireOneSlicingArgument: requireOneSlicingArgument ?? true,
    });
  }
  return { weights, listSizes };
}

function coordinateOf(element: object): string {
  return 'coordinate' in element ? String(element.coordinate) : '';
}
