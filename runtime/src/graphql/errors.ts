import { GraphQLError, type GraphQLErrorOptions, type GraphQLFormattedError } from 'graphql';

/** An expected failure. Its message and code reach the client; every other error is masked (see masking.ts). */
export class ExpectedError extends GraphQLError {
  override readonly name = 'ExpectedError';

  /** @param code from the list of the graph's error codes, in capitals */
  constructor(code: string, message: string, options: GraphQLErrorOptions = {}) {
    super(message, { ...options, extensions: { ...options.extensions, code } });
  }
}

/**
 * Returns `BAD_USER_INPUT`: an argument is malformed.
 *
 * @param argument name of the argument in the schema
 * @param value value that was given
 * @param rule rule that it breaks, as the end of a sentence: `must be …`
 */
export function badUserInput(argument: string, value: unknown, rule: string): ExpectedError {
  return new ExpectedError('BAD_USER_INPUT', `${argument}: ${display(value)} ${rule}`, { extensions: { argument } });
}

/**
 * `SUBGRAPH_UNAVAILABLE`: the subgraph can not be reached, or its response to a query was not GraphQL. A mutation with this
 * error was not executed.
 *
 * @param cause reason, for the log only
 * @param id id of the log entry that has the reason, if there is one
 */
export function subgraphUnavailable(subgraph: string, cause?: unknown, id?: string): ExpectedError {
  const message = `Subgraph "${subgraph}" is unavailable`;
  const extensions = { subgraph, ...(id !== undefined && { id }) };
  return new ExpectedError('SUBGRAPH_UNAVAILABLE', message, { extensions, ...withCause(cause) });
}

/**
 * `OUTCOME_UNKNOWN`: a mutation was sent to the subgraph, and no response came that says what became of it.
 *
 * @param cause reason, for the log only
 * @param id id of the log entry that has the reason, if there is one
 */
export function outcomeUnknown(subgraph: string, cause?: unknown, id?: string): ExpectedError {
  const message = `The response of subgraph "${subgraph}" was lost, and the mutation may or may not have been executed; if it takes an idempotency key, send it again with the same one to find out`;
  const extensions = { subgraph, ...(id !== undefined && { id }) };
  return new ExpectedError('OUTCOME_UNKNOWN', message, { extensions, ...withCause(cause) });
}

/** `OVERLOADED`: the subgraph's reply to a query was dropped, because this process holds as many bytes as it may. */
export function replyDropped(subgraph: string): ExpectedError {
  const message = `The reply of subgraph "${subgraph}" was dropped, because too many bytes are in flight; try again later`;
  return new ExpectedError('OVERLOADED', message, { extensions: { subgraph } });
}

/** Tells if errors say that there was too little time. Only by their codes: data and messages may be anything. */
export function saysOutOfTime(errors: readonly Pick<GraphQLFormattedError, 'extensions'>[] = []): boolean {
  return errors.some(({ extensions }) => extensions?.code === 'DEADLINE_EXCEEDED');
}

/** `DEADLINE_EXCEEDED`: the subgraph did not respond in time. It may or may not have executed the request. */
export function deadlineExceeded(subgraph: string, timeoutMs: number): ExpectedError {
  const message = `Subgraph "${subgraph}" did not respond within ${timeoutMs} ms`;
  return new ExpectedError('DEADLINE_EXCEEDED', message, { extensions: { subgraph, timeoutMs } });
}

/**
 * `DEADLINE_EXCEEDED`: the operation's deadline has passed.
 *
 * @param timeoutMs time that the operation had
 * @param subgraph name of the subgraph that it waited for
 */
export function operationOverdue(timeoutMs: number, subgraph?: string): ExpectedError {
  const before = subgraph === undefined ? '' : ` before subgraph "${subgraph}" had responded`;
  return new ExpectedError('DEADLINE_EXCEEDED', `The operation's deadline of ${timeoutMs} ms passed${before}`, {
    extensions: { ...(subgraph !== undefined && { subgraph }), timeoutMs },
  });
}

function withCause(cause: unknown): GraphQLErrorOptions {
  return cause instanceof Error ? { originalError: cause } : {};
}

const DISPLAYED_LENGTH = 80;

function display(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= DISPLAYED_LENGTH ? text : `${text.slice(0, DISPLAYED_LENGTH)}…`;
}
