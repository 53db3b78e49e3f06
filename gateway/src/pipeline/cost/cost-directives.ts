import { COST_VERSIONS, costIdentity, Supergraph } from '@apollo/federation-internals';
import { type GraphQLSchema, isAbstractType, isInterfaceType } from 'graphql';
import { introspectionSizes } from './introspection-sizes.ts';

/** Arguments of `@listSize` on a field. */
export interface ListSize {
  readonly assumedSize: number | undefined;
  /** The arguments that say how many elements come. */
  readonly slicingArguments: readonly string[];
  /** The fields of what the field returns whose lists have that size; without any, the field itself is the list. */
  readonly sizedFields: readonly string[];
  readonly requireOneSlicingArgument: boolean;
}

/** `@cost` and `@listSize` of a supergraph, by schema coordinates: `Type`, `Type.field`, `Type.field(argument:)`. */
export interface CostDirectives {
  readonly weights: ReadonlyMap<string, number>;
  readonly listSizes: ReadonlyMap<string, ListSize>;
}

/** Reads them from a supergraph's SDL, whatever the subgraphs call them there (`import: [{ name: "@cost", as: "@price" }]`). */
export function readCostDirectives(supergraphSdl: string, apiSchema: GraphQLSchema): CostDirectives {
  const { schema } = Supergraph.build(supergraphSdl, { supportedFeatures: null, validateSupergraph: false });
  const weights = new Map<string, number>();
  const listSizes = new Map<string, ListSize>();
  for (const [coordinate, assumedSize] of introspectionSizes(apiSchema)) {
    listSizes.set(coordinate, { assumedSize, slicingArguments: [], sizedFields: [], requireOneSlicingArgument: false });
  }
  const feature = schema.coreFeatures?.getByIdentity(costIdentity);
  const specification = feature && COST_VERSIONS.find(feature.url.version);
  for (const application of specification?.costDirective(schema)?.applications() ?? []) {
    weights.set(coordinateOf(application.parent), application.arguments().weight);
  }
  for (const application of specification?.listSizeDirective(schema)?.applications() ?? []) {
    const { assumedSize, slicingArguments, sizedFields, requireOneSlicingArgument } = application.arguments(true);
    listSizes.set(coordinateOf(application.parent), {
      assumedSize: assumedSize ?? undefined,
      slicingArguments: slicingArguments ?? [],
      sizedFields: sizedFields ?? [],
      requireOneSlicingArgument: requireOneSlicingArgument ?? true,
    });
  }
  addAbstractTypes(weights, apiSchema);
  return { weights, listSizes };
}

function coordinateOf(element: object): string {
  return 'coordinate' in element ? String(element.coordinate) : '';
}

/** Adds the weights of abstract types and their fields, which are those of the most expensive possible type. */
function addAbstractTypes(weights: Map<string, number>, apiSchema: GraphQLSchema): void {
  const dearest = (coordinates: readonly string[], own: number | undefined) =>
    Math.max(...coordinates.flatMap((coordinate) => weights.get(coordinate) ?? []), own ?? Number.NEGATIVE_INFINITY);
  const add = (coordinate: string, coordinates: readonly string[], otherwise: number | undefined) => {
    const weight = dearest(coordinates, weights.get(coordinate) ?? otherwise);
    if (coordinates.some((each) => weights.has(each))) weights.set(coordinate, weight);
  };
  for (const type of Object.values(apiSchema.getTypeMap())) {
    if (!isAbstractType(type)) continue;
    const names = apiSchema.getPossibleTypes(type).map(({ name }) => name);
    add(type.name, names, OBJECT_COST);
    if (!isInterfaceType(type)) continue;
    for (const field of Object.keys(type.getFields())) {
      add(
        `${type.name}.${field}`,
        names.map((name) => `${name}.${field}`),
        undefined,
      );
    }
  }
}

/** Default cost of an object; a leaf costs nothing. */
export const OBJECT_COST = 1;
