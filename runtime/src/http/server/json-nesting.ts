import { limitExceeded } from '../../graphql/limits.ts';

/** Maximum nesting of lists and objects; the same as that of brackets in a document. */
export const MAX_JSON_NESTING = 500;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPENING_BRACKET, CLOSING_BRACKET, OPENING_BRACE, CLOSING_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Bytes that an object or list takes once it is parsed, and each property or item of it. */
const [CONTAINER_BYTES, ITEM_BYTES] = [64, 72];

/** Bytes that a character takes beside those, because strings are copied; and at most, in JSON that is too short to look at. */
const [CHARACTER_BYTES, SHORT_CHARACTER_BYTES] = [2, 24];

/**
 * Rejects JSON that is nested too deeply, before it is parsed, and returns a bound of the bytes that its value will hold: `{},`
 * is 3 bytes of JSON and 64 of memory. `JSON.parse` takes half a second for 400,000 nested lists, and
 * recursive functions such as `JSON.stringify` exhaust the stack at 5,000 levels.
 *
 * Skips strings, so it takes 0.4 µs for a body of 5 kB that consists mostly of a document.
 *
 * @throws {RefusedRequestError} if it exceeds {@link MAX_JSON_NESTING}
 */
export function checkNesting(json: string): number {
  if (json.length <= MAX_JSON_NESTING) return SHORT_CHARACTER_BYTES * json.length;
  let depth = 0;
  let bytes = CHARACTER_BYTES * json.length;
  for (let at = 0; at < json.length; at += 1) {
    const character = json.charCodeAt(at);
    if (character === QUOTE) at = endOfString(json, at);
    else if (character === COMMA) bytes += ITEM_BYTES;
    else if (character === CLOSING_BRACKET || character === CLOSING_BRACE) depth -= 1;
    else if (character === OPENING_BRACKET || character === OPENING_BRACE) {
      depth += 1;
      bytes += CONTAINER_BYTES + ITEM_BYTES;
    }
    if (depth > MAX_JSON_NESTING) {
      throw limitExceeded({ limit: 'json_max_recursion', found: depth, allowed: MAX_JSON_NESTING });
    }
  }
  return bytes;
}

/** Returns the index of the quote that ends the string, or the text's length. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let before = end - 1;
    while (json.charCodeAt(before) === BACKSLASH) before -= 1;
    if ((end - before) % 2 === 1) return end;
  }
  return json.length;
}
