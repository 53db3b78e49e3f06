import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { ConfigurationError } from '../../configuration-error.ts';
import { answerText } from './answers.ts';
import type { Handler } from './server.ts';

/** Header with the secret that the gateway and the subgraphs share. */
export const SECRET_HEADER = 'x-subgraph-secret';

/** Minimum length of the secret. */
export const MIN_SECRET_LENGTH = 16;

/**
 * Returns the shared secret: the given one, or else that of the file, which is created if it does not exist.
 *
 * @returns undefined if neither a secret nor a file is given; subgraphs then respond to everyone who can reach them
 * @throws {ConfigurationError} if the file can't be used. An empty file can't, because a request without a secret would then
 *   have the right one.
 */
export function sharedSecret(given: string | undefined, file: string | undefined): string | undefined {
  if (given !== undefined || file === undefined) return given;
  const secret = keptSecret(file);
  if (secret.length >= MIN_SECRET_LENGTH) return secret;
  throw new ConfigurationError(
    `The shared secret in ${file} has fewer than ${MIN_SECRET_LENGTH} characters. Remove the file to have a new one created.`,
  );
}

function keptSecret(file: string): string {
  try {
    return readSecret(file) ?? makeSecret(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(
      `The file of the shared secret, ${file}, can't be used: ${reason}. Set SUBGRAPH_SECRET_FILE to a file that this user can write.`,
    );
  }
}

function readSecret(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Creates the file. If several processes start at once, the first link to the name wins and all get the same secret. */
function makeSecret(file: string): string {
  const secret = randomBytes(32).toString('hex');
  const draft = `${file}.${randomUUID()}`; // containers that share a volume can have the same process id
  writeFileSync(draft, `${secret}\n`, { mode: 0o600 });
  try {
    linkSync(draft, file);
    return secret;
  } catch (error) {
    const winner = readSecret(file);
    if (winner === undefined) throw error;
    return winner;
  } finally {
    rmSync(draft);
  }
}

/** Returns a handler that rejects requests without the secret before it parses anything. */
export function requireSecret(secret: string, handler: Handler): Handler {
  const expected = digest(secret);
  return (request, response) => {
    if (timingSafeEqual(digest(secretOf(request)), expected)) return handler(request, response);
    response.shouldKeepAlive = false;
    return answerText(response, 403, 'This subgraph only accepts requests from its gateway.');
  };
}

function secretOf(request: IncomingMessage): string {
  const value = request.headers[SECRET_HEADER];
  return typeof value === 'string' ? value : '';
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
