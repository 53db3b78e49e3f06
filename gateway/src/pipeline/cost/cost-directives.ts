import { type GraphQLSchema, isAbstractType, isInterfaceType } from 'graphql';
import type { CostDirectives } from '../../planning/planner.ts';
import { introspectionSizes } from './introspection-sizes.ts';

/**
 * Returns the directives with what the schemas don't give: the sizes of introspection's lists, and the weights of abstract types
 * and their fields.
 */
export function completeCosts(given: CostDirectives, apiSchema: GraphQLSchema): CostDirectives {
  const ofIntrospection = [...introspectionSizes(apiSchema)].map(([coordinate, assumedSize]) => {
    return [
      coordinate,
      { assumedSize, slicingArguments: [], sizedFields: [], requireOneSlicingArgument: false },
    ] as const;
  });
  const weights = new Map(given.weights);
  addAbstractTypes(weights, apiSchema);
  return { weights, listSizes: new Map([...ofIntrospection, ...given.listSizes]) };
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
