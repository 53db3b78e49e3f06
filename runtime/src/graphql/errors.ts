import { GraphQLError, type GraphQLErrorOptions } from 'graphql';

/**
 * An expected failure: one that the caller can do something about. Its message and code reach the client as they are;
 * every other error is masked (see masking.ts).
 */
export class ExpectedError extends GraphQLError {
  override readonly name = 'ExpectedError';

  /** @param code in capitals, from the list of the graph's error codes */
  constructor(code: string, message: string, options: GraphQLErrorOptions = {}) {
    super(message, { ...options, extensions: { ...options.extensions, code } });
  }
}

/**
 * `BAD_USER_INPUT`: an argument is malformed.
 *
 * @param argument its name in the schema
 * @param value what was given
 * @param rule what would do, as the end of a sentence: `must be …`
 */
export function badUserInput(argument: string, value: unknown, rule: string): ExpectedError {
  return new ExpectedError('BAD_USER_INPUT', `${argument}: ${display(value)} ${rule}`, { extensions: { argument } });
}

/**
 * `SUBGRAPH_UNAVAILABLE`: the subgraph could not be asked, or did not answer in GraphQL.
 *
 * @param cause for the log only
 * @param id under which the log has the reason, where it has one
 */
export function subgraphUnavailable(subgraph: string, cause?: unknown, id?: string): ExpectedError {
  const message = `The ${subgraph} subgraph could not be asked`;
  const extensions = { subgraph, ...(id !== undefined && { id }) };
  return new ExpectedError('SUBGRAPH_UNAVAILABLE', message, { extensions, ...withCause(cause) });
}

/** `DEADLINE_EXCEEDED`: the subgraph did not answer in time. Whether it did what it was asked to do is unknown. */
export function deadlineExceeded(subgraph: string, timeoutMs: number): ExpectedError {
  const message = `The ${subgraph} subgraph did not answer within ${timeoutMs} ms`;
  return new ExpectedError('DEADLINE_EXCEEDED', message, { extensions: { subgraph, timeoutMs } });
}

/**
 * `DEADLINE_EXCEEDED`: the operation's time is over.
 *
 * @param timeoutMs how long it had
 * @param subgraph what it waited for
 */
export function operationOverdue(timeoutMs: number, subgraph?: string): ExpectedError {
  const before = subgraph === undefined ? '' : ` before the ${subgraph} subgraph had answered`;
  return new ExpectedError('DEADLINE_EXCEEDED', `The operation's ${timeoutMs} ms were over${before}`, {
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
