import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Logger } from '../../logging.ts';
import { answerText } from './answers.ts';
import type { Handler } from './server.ts';

/** Shortest time between two lines of the log about refused clients: anybody can connect. */
const LOG_INTERVAL_MS = 1000;

/**
 * Returns a handler that rejects requests of clients without a certificate of the authorities that the server trusts, before it
 * parses anything. Not done by TLS itself, because probes of a container runtime have no certificate.
 */
export function requireCertificate(handler: Handler, logger: Logger): Handler {
  let loggedAt = Number.NEGATIVE_INFINITY;
  return (request, response) => {
    const { socket } = request;
    if (isSecure(socket) && socket.authorized) return handler(request, response);
    const now = performance.now();
    if (now - loggedAt >= LOG_INTERVAL_MS) {
      loggedAt = now;
      const reason = isSecure(socket) ? reasonOf(socket) : 'no TLS';
      logger.warn({ address: socket.remoteAddress }, `a client is refused for its certificate: ${reason}`);
    }
    response.shouldKeepAlive = false;
    return answerText(response, 403, 'This subgraph only accepts requests with a certificate that it trusts.');
  };
}

function reasonOf(socket: TLSSocket): string {
  const showsNone = Object.keys(socket.getPeerCertificate()).length === 0;
  return showsNone ? 'it shows none' : String(socket.authorizationError);
}

function isSecure(socket: Socket): socket is TLSSocket {
  return 'authorized' in socket;
}
