import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * Returns the entity tag of content. It is weak, because every content coding of it has the same one.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3.3
 */
export function weakEtag(content: string | Buffer): string {
  return `W/"${hash('sha256', content, 'base64url')}"`;
}

/**
 * Returns whether the client has the content with this tag already, and only asks if it is still current.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
 */
export function isKnown({ headers }: Pick<IncomingMessage, 'headers'>, etag: string): boolean {
  const known = headers['if-none-match'];
  if (known === undefined) return false;
  return known.trim() === '*' || known.split(',').some((tag) => opaque(tag) === opaque(etag));
}

/** Proxies that compress make a strong tag weak; `if-none-match` is compared without the difference. */
function opaque(tag: string): string {
  return tag.trim().replace(/^W\//, '');
}
