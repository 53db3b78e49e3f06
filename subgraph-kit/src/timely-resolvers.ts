import { ExpectedError, operationOverdue } from '@lockstep/runtime/graphql/errors.ts';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import { type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';

/** Makes the schema's resolvers throw once nobody waits for the response, so that they run no statement and make no call. */
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

/** Throws if the operation's time is over by the clock: a busy event loop aborts the signal late. */
function throwIfOver({ signal, deadline }: Lifetime): void {
  if (deadline?.isOver) throw operationOverdue(deadline.timeoutMs);
  if (signal.reason instanceof ExpectedError) throw signal.reason;
  if (signal.aborted) throw new ExpectedError('DEADLINE_EXCEEDED', 'The client has left');
}
