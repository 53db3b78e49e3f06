import type { OutgoingHttpHeaders } from 'node:http';

/** A request that is rejected before it reaches GraphQL. The client sees the message. */
export class RefusedRequestError extends Error {
  override readonly name = 'RefusedRequestError';
  readonly status: number;
  readonly code: string;
  readonly headers: OutgoingHttpHeaders;
  readonly extensions: Readonly<Record<string, unknown>>;

  /**
   * @param code `extensions.code` of the response
   * @param headers headers that the status requires, such as `allow` with 405
   * @param extensions further details for programs, such as the limit and the number found
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
