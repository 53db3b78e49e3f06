import { isPromise } from '@lockstep/runtime/promises.ts';
import { type GraphQLFieldResolver, type GraphQLSchema, isIntrospectionType, isObjectType } from 'graphql';

/** Is told of a field whose resolver, which did not return at once, has ended. */
type NoteResolver = (field: string, startedAt: number, isFailed: boolean) => void;

/** Makes the schema time the resolvers that don't return at once. Others do next to nothing. */
export function timeResolvers(schema: GraphQLSchema, note: NoteResolver): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.resolve) field.resolve = timed(field.resolve, `${type.name}.${field.name}`, note);
    }
  }
}

function timed(
  resolve: GraphQLFieldResolver<unknown, unknown>,
  coordinates: string,
  note: NoteResolver,
): GraphQLFieldResolver<unknown, unknown> {
  return (source, args, context, info) => {
    const startedAt = performance.now();
    const result = resolve(source, args, context, info);
    if (!isPromise(result)) return result;
    return result.then(
      (value) => {
        note(coordinates, startedAt, false);
        return value;
      },
      (error) => {
        note(coordinates, startedAt, true);
        throw error;
      },
    );
  };
}
