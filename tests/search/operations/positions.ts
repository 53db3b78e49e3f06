import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isObjectType,
  isUnionType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
} from 'graphql';
import type { Document, Selection } from './document.ts';

/** A list of selections in a document, and the type that they select on. */
export interface Position {
  readonly type: GraphQLCompositeType;
  readonly selections: Selection[];
  /** Index of the fragment that it is in; -1 in an operation. A fragment may only spread later ones, so that none is circular. */
  readonly fragment: number;
}

/** Returns every list of selections of a document. */
export function positionsOf(schema: GraphQLSchema, document: Document): Position[] {
  const positions: Position[] = [];
  const visit = (selections: Selection[], type: unknown, fragment: number) => {
    if (!isCompositeType(type)) return;
    positions.push({ type, selections, fragment });
    for (const selection of selections) {
      if (selection.kind === 'spread' || !selection.selections) continue;
      if (selection.kind === 'inline') {
        visit(selection.selections, selection.on ? schema.getType(selection.on) : type, fragment);
      } else {
        const field = fieldsOf(schema, type).find(({ name }) => name === selection.name);
        if (field) visit(selection.selections, getNamedType(field.type), fragment);
      }
    }
  };
  for (const { type, selections } of document.operations) {
    visit(selections, type === 'query' ? schema.getQueryType() : schema.getMutationType(), -1);
  }
  for (const [index, { on, selections }] of document.fragments.entries()) visit(selections, schema.getType(on), index);
  return positions;
}

/** Returns the fields that can be selected on a type, `__schema` and `__type` among those of the query type. */
export function fieldsOf(schema: GraphQLSchema, type: GraphQLCompositeType): GraphQLField<unknown, unknown>[] {
  if (isUnionType(type)) return [];
  const fields = Object.values(type.getFields());
  return type === schema.getQueryType() ? [...fields, SchemaMetaFieldDef, TypeMetaFieldDef] : fields;
}

/** Returns the types on which a fragment may be spread here. */
export function overlapping(schema: GraphQLSchema, type: GraphQLCompositeType): GraphQLCompositeType[] {
  const possible = isObjectType(type) ? [type] : [...schema.getPossibleTypes(type)];
  const abstract = Object.values(schema.getTypeMap()).filter(
    (candidate): candidate is GraphQLCompositeType =>
      isCompositeType(candidate) &&
      !isObjectType(candidate) &&
      possible.some((object) => schema.isSubType(candidate, object)),
  );
  return [...possible, ...abstract];
}
