import { ExpectedError, operationOverdue } from '@lockstep/runtime/graphql/errors.ts';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import { type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';

/** Makes the schema's resolvers do nothing once nobody waits for the answer: they run no statement and make no call. */
export function makeTimely(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isObjectType(type)) for (const field of Object.values(type.getFields())) guard(field);
  }
}

function guard(field: GraphQLField<unknown, Lifetime>): void {
  const { resolve } = field;
  if (!resolve) return;
  field.resolve = (source, args, context, info) => {
    throwIfOver(context);
    return resolve(source, args, context, info);
  };
}

/** By the clock: where the event loop is busy the signal's own abort comes late. */
function throwIfOver({ signal, deadline }: Lifetime): void {
  if (deadline?.isOver) throw operationOverdue(deadline.timeoutMs);
  if (signal.reason instanceof ExpectedError) throw signal.reason;
  if (signal.aborted) throw new ExpectedError('DEADLINE_EXCEEDED', 'Nobody waits for the answer any more');
}
