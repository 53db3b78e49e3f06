import { RefusedRequestError } from '@lockstep/runtime/refused-request-error.ts';
import { BREAK, type DocumentNode, type GraphQLSchema, visit } from 'graphql';
import { subscriptionsNotSupported } from '../../operations/unsupported-operation.ts';

const CODE = 'OPERATION_NOT_SUPPORTED';

/** Directives by which a client asks for an answer in parts: https://github.com/graphql/defer-stream-wg */
const IN_PARTS = ['defer', 'stream'];

/**
 * Says of an invalid document that it asks for what isn't supported. Validation only says that the schema doesn't have it.
 *
 * @throws {RefusedRequestError} if it does
 */
export function refuseUnsupportedDocument(document: DocumentNode, schema: GraphQLSchema): void {
  const message = unsupportedPart(document, schema);
  if (message !== undefined) throw new RefusedRequestError(400, CODE, message);
}

function unsupportedPart(document: DocumentNode, schema: GraphQLSchema): string | undefined {
  let message: string | undefined;
  visit(document, {
    OperationDefinition({ operation }) {
      if (operation !== 'subscription' || schema.getSubscriptionType()) return undefined;
      message = subscriptionsNotSupported().message;
      return BREAK;
    },
    Directive({ name: { value: name } }) {
      if (!IN_PARTS.includes(name) || schema.getDirective(name)) return undefined;
      message = `@${name} is not supported, because every answer comes in one part; send the operation without it`;
      return BREAK;
    },
  });
  return message;
}
