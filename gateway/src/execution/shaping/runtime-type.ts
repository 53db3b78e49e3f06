import {
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { collectFields, type Selecting } from './field-collection.ts';

/**
 * Returns the type by which an object at a place of an abstract type is shaped: its own, or an interface that it implements if
 * its subgraph knows no more of it (`@interfaceObject`) and the answer depends on no more.
 *
 * @param typeName `__typename` of the object; undefined if the subgraph wasn't asked for it
 * @param selectionSets selections on the object
 * @returns undefined if there can't be such an object
 */
export function runtimeType(
  selecting: Selecting,
  abstractName: string,
  typeName: unknown,
  selectionSets: readonly SelectionSetNode[],
): GraphQLObjectType | GraphQLInterfaceType | undefined {
  const { schema } = selecting;
  const abstract = schema.getType(abstractName);
  const type = typeName === undefined ? abstract : typeof typeName === 'string' ? schema.getType(typeName) : undefined;
  if (!isAbstractType(abstract)) return undefined;
  if (isObjectType(type)) return schema.isSubType(abstract, type) ? type : undefined;
  const isPart = isInterfaceType(type) && (type === abstract || schema.isSubType(abstract, type));
  return isPart && !needsObjectType(selecting, selectionSets, type) ? type : undefined;
}

/** Returns true if the selections depend on the object's type, which the plan fetches from another subgraph then. */
function needsObjectType(
  selecting: Selecting,
  selectionSets: readonly SelectionSetNode[],
  type: GraphQLInterfaceType,
): boolean {
  const asInterface = collectFields(selecting, type, selectionSets);
  if ([...asInterface.values()].some(([field]) => field?.name.value === '__typename')) return true;
  return selecting.schema.getPossibleTypes(type).some((possible) => {
    const fields = [...collectFields(selecting, possible, selectionSets)];
    const isSame = ([key, selected]: (typeof fields)[number]) => selected.length === asInterface.get(key)?.length;
    return fields.length !== asInterface.size || !fields.every(isSame);
  });
}
