import type { OutgoingHttpHeaders } from 'node:http';
import { RefusedRequestError } from '@lockstep/runtime/refused-request-error.ts';

/** A request without a token that counts. The message tells the client nothing of how tokens are checked. */
export class TokenError extends RefusedRequestError {
  private constructor(status: 401 | 503, message: string, headers: OutgoingHttpHeaders) {
    super(status, 'UNAUTHENTICATED', message, headers);
  }

  /** Says what is wrong with the token or its header: https://www.rfc-editor.org/rfc/rfc6750#section-3 */
  static invalid(message: string): TokenError {
    const challenge = `Bearer error="invalid_token", error_description="${message}"`;
    return new TokenError(401, message, { 'www-authenticate': challenge });
  }

  static missing(): TokenError {
    return new TokenError(401, 'This graph is for requests with a token.', { 'www-authenticate': 'Bearer' });
  }

  /** Creates an error for keys that can't be fetched. The same token may be accepted in a moment. */
  static unverifiable(): TokenError {
    return new TokenError(503, 'Tokens cannot be checked at the moment.', { 'retry-after': '5' });
  }
}
