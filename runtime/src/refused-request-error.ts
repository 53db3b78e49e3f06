import type { OutgoingHttpHeaders } from 'node:http';

/** A request that is refused before GraphQL sees it. The message is for the client. */
export class RefusedRequestError extends Error {
  override readonly name = 'RefusedRequestError';
  readonly status: number;
  readonly code: string;
  readonly headers: OutgoingHttpHeaders;
  readonly extensions: Readonly<Record<string, unknown>>;

  /**
   * @param code the `extensions.code` of the answer
   * @param headers those that the status asks for, `allow` with 405
   * @param extensions what else programs can go by: the limit, what was found
   */
  constructor(
    status: number,
    code: string,
    message: string,
    headers: OutgoingHttpHeaders = {},
    extensions: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
    this.extensions = extensions;
  }
}
