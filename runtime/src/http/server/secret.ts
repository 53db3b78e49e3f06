import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { ConfigurationError } from '../../configuration-error.ts';
import { answerText } from './answers.ts';
import type { Handler } from './server.ts';

/** Carries the secret that the gateway and the subgraphs share. */
export const SECRET_HEADER = 'x-subgraph-secret';

export const MIN_SECRET_LENGTH = 16;

/**
 * The shared secret: the one given, or else the one in the file, made and kept there at the first start.
 *
 * @returns undefined where neither a secret nor a file is named: then subgraphs answer whoever reaches them
 * @throws {ConfigurationError} where the file can't be used. One that is empty must not do: whoever sends no secret
 *   would then have the right one.
 */
export function sharedSecret(given: string | undefined, file: string | undefined): string | undefined {
  if (given !== undefined || file === undefined) return given;
  const secret = keptSecret(file);
  if (secret.length >= MIN_SECRET_LENGTH) return secret;
  throw new ConfigurationError(
    `The shared secret in ${file} has fewer than ${MIN_SECRET_LENGTH} characters. Remove the file: a new one is made.`,
  );
}

function keptSecret(file: string): string {
  try {
    return readSecret(file) ?? makeSecret(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(
      `The file of the shared secret, ${file}, can't be used: ${reason}. Set SUBGRAPH_SECRET_FILE to one that this user may write.`,
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

/** Several processes start at once, and all must end up with the same one: the first link to the name wins. */
function makeSecret(file: string): string {
  const secret = randomBytes(32).toString('hex');
  const draft = `${file}.${randomUUID()}`; // in containers that share a volume several processes have the same id
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

/** Refuses a request without the secret before anything of it is parsed. */
export function requireSecret(secret: string, handler: Handler): Handler {
  const expected = digest(secret);
  return (request, response) => {
    if (timingSafeEqual(digest(secretOf(request)), expected)) return handler(request, response);
    response.shouldKeepAlive = false;
    return answerText(response, 403, 'This subgraph answers its gateway only.');
  };
}

function secretOf(request: IncomingMessage): string {
  const value = request.headers[SECRET_HEADER];
  return typeof value === 'string' ? value : '';
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
