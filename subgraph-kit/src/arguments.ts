import { badUserInput } from '@lockstep/runtime/graphql/errors.ts';

/** Page of a list in id order. */
export interface Page {
  /** Maximum number of rows, 1 to 100. */
  first: number;
  /** Id that the last page ended with; 0 for the first page. */
  after: number;
}

const ID = /^[1-9]\d*$/;
const MAX_FIRST = 100;

/**
 * Returns the key that an ID stands for; undefined if it is malformed. Ids are decimal whole numbers from 1.
 *
 * @param id of unknown type if it is from a representation, which nothing has checked
 */
export function toKey(id: unknown): number | undefined {
  const key = (typeof id === 'string' || typeof id === 'number') && ID.test(String(id)) ? Number(id) : Number.NaN;
  return Number.isSafeInteger(key) ? key : undefined;
}

/** Returns the key that an ID argument stands for. @throws `BAD_USER_INPUT` */
export function parseId(argument: string, id: string): number {
  const key = toKey(id);
  if (key === undefined) throw badUserInput(argument, id, 'must be an id: a whole number from 1, such as "42"');
  return key;
}

/** Returns the page that the arguments `first` and `after` select. @throws `BAD_USER_INPUT` */
export function parsePage(args: { first: number; after?: string | null }): Page {
  const { first, after } = args;
  if (first < 1 || first > MAX_FIRST) throw badUserInput('first', first, `must be from 1 to ${MAX_FIRST}`);
  return { first, after: after == null ? 0 : parseId('after', after) };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/;

/** Returns a trimmed line of text that isn't empty, has no control characters and at most `maxLength` characters. @throws `BAD_USER_INPUT` */
export function parseText(argument: string, value: string, maxLength: number): string {
  const text = value.trim();
  if (text === '') throw badUserInput(argument, value, 'must not be empty');
  if (CONTROL_CHARACTERS.test(text)) throw badUserInput(argument, value, 'must not have control characters');
  if (text.length > maxLength) throw badUserInput(argument, value, `must be at most ${maxLength} characters`);
  return text;
}

const MAX_IDEMPOTENCY_KEY_LENGTH = 255;

/** Returns the argument `idempotencyKey`, null if the client gave none. @throws `BAD_USER_INPUT` */
export function parseIdempotencyKey(key: string | null | undefined): string | null {
  return key == null ? null : parseText('idempotencyKey', key, MAX_IDEMPOTENCY_KEY_LENGTH);
}
