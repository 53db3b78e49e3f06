import { ByteCache } from '@lockstep/runtime/caching/byte-cache.ts';
import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { type GraphQLError, OperationTypeNode } from 'graphql';
import { operationOf } from '../planning/plan/operation-document.ts';
import type { OperationCounts } from '../telemetry/figures.ts';
import type { ClientOperation } from './client-operation.ts';

const CODE = 'OPERATION_NOT_SUPPORTED';

/** Bound of the names of operations that are logged only once, some 900. Clients can make up as many as they like. */
const MAX_LOGGED_BYTES = 200_000;

/** An operation that can't be executed. It fails as a whole. */
export class UnsupportedOperation {
  readonly error: GraphQLError;
  /** For the log. */
  readonly reason: string;

  constructor(error: GraphQLError, reason = error.message) {
    this.error = error;
    this.reason = reason;
  }

  /** Returns undefined for queries and mutations. */
  static ofKind({ document, operationName }: ClientOperation): UnsupportedOperation | undefined {
    return operationOf(document, operationName).operation === OperationTypeNode.SUBSCRIPTION
      ? new UnsupportedOperation(subscriptionsNotSupported())
      : undefined;
  }

  /** @param coordinate schema coordinate of a field that has no plan, if the client may know it */
  static withoutPlan(reason: string, coordinate?: string): UnsupportedOperation {
    const field = coordinate === undefined ? '' : ` for ${coordinate}`;
    const message = `There is no query plan${field}: the log of the gateway has the reason`;
    return new UnsupportedOperation(
      new ExpectedError(CODE, message, { extensions: { http: { status: 500 } } }),
      reason,
    );
  }

  /** Planning it was given up: others would wait meanwhile. */
  static tooComplex(reason: string): UnsupportedOperation {
    const message = 'The operation is too complex to be planned in time; ask for less at a time';
    const extensions = { http: { status: 400 } };
    return new UnsupportedOperation(new ExpectedError('OPERATION_TOO_COMPLEX', message, { extensions }), reason);
  }
}

/** Returns an error that says so with status 400: a client can know it from the schema's documentation. */
export function subscriptionsNotSupported(): GraphQLError {
  return new ExpectedError(CODE, 'Subscriptions are not supported; query again for changes', {
    extensions: { http: { status: 400 } },
  });
}

/** Counts requests for operations that can't be executed, and logs each such operation once. */
export class UnsupportedOperationLog {
  readonly #counts: OperationCounts;
  readonly #logger: Logger;
  readonly #logged = new ByteCache<'logged'>(MAX_LOGGED_BYTES);

  constructor(counts: OperationCounts, logger: Logger) {
    this.#counts = counts;
    this.#logger = logger;
  }

  add({ queryHash, operationName }: Pick<ClientOperation, 'queryHash' | 'operationName'>, reason: string): void {
    this.#counts.unsupported += 1;
    const key = `${queryHash} ${operationName ?? ''}`;
    if (this.#logged.get(key)) return;
    this.#logged.set(key, 'logged', 0);
    this.#logger.warn({ queryHash, operationName, reason }, 'operation not supported');
  }
}
