import type { IncomingMessage } from 'node:http';
import Negotiator from 'negotiator';

/**
 * Returns the content coding that a client prefers, or undefined if it is to get the content as it is. A client that sends no
 * `accept-encoding` would have to take any, but clients that can't decode one are known to send none.
 *
 * @param offered codings in our order of preference, for a client that gives several the same weight
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
 */
export function acceptedCoding<Coding extends string>(
  request: Pick<IncomingMessage, 'headers'>,
  offered: readonly Coding[],
): Coding | undefined {
  if (request.headers['accept-encoding'] === undefined) return undefined;
  const [best] = new Negotiator(request).encodings([...offered, 'identity'], { preferred: offered });
  return offered.find((coding) => coding === best);
}
