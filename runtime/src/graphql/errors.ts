import { GraphQLError, type GraphQLErrorOptions } from 'graphql';

/**
 * Expected failure, which the caller can do something about. Its message and code reach the client as they are; every
 * other error is masked (see masking.ts).
 */
export class ExpectedError extends GraphQLError {
  override readonly name = 'ExpectedError';

  /** @param code in capitals, from the list of the graph's error codes */
  constructor(code: string, message: string, options: GraphQLErrorOptions = {}) {
    super(message, { ...options, extensions: { ...options.extensions, code } });
  }
}

/**
 * Returns `BAD_USER_INPUT`: an argument is malformed.
 *
 * @param argument its name in the schema
 * @param value the argument's
 * @param rule for valid values, as the end of a sentence: `must be …`
 */
export function badUserInput(argument: string, value: unknown, rule: string): ExpectedError {
  return new ExpectedError('BAD_USER_INPUT', `${argument}: ${display(value)} ${rule}`, { extensions: { argument } });
}

/**
 * Returns `SUBGRAPH_UNAVAILABLE`: the subgraph can't be reached, or does not answer in GraphQL.
 *
 * @param cause for the log only
 * @param id under which the log has the reason, if it has one
 */
export function subgraphUnavailable(subgraph: string, cause?: unknown, id?: string): ExpectedError {
  const message = `Subgraph "${subgraph}" is unavailable`;
  const extensions = { subgraph, ...(id !== undefined && { id }) };
  return new ExpectedError('SUBGRAPH_UNAVAILABLE', message, { extensions, ...withCause(cause) });
}

/** Returns `DEADLINE_EXCEEDED`: the subgraph did not answer in time, and may or may not have run the request. */
export function deadlineExceeded(subgraph: string, timeoutMs: number): ExpectedError {
  const message = `Subgraph "${subgraph}" did not answer within ${timeoutMs} ms`;
  return new ExpectedError('DEADLINE_EXCEEDED', message, { extensions: { subgraph, timeoutMs } });
}

/**
 * Returns `DEADLINE_EXCEEDED`: the operation's time is over.
 *
 * @param timeoutMs time that it had
 * @param subgraph that it waited for
 */
export function operationOverdue(timeoutMs: number, subgraph?: string): ExpectedError {
  const place = subgraph === undefined ? '' : ` while waiting for subgraph "${subgraph}"`;
  return new ExpectedError('DEADLINE_EXCEEDED', `The operation exceeded its limit of ${timeoutMs} ms${place}`, {
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
