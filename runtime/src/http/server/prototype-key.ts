import { RefusedRequestError } from '../../refused-request-error.ts';
import { refuseDeepNesting } from './json-nesting.ts';

/** As it is, or with any of its characters escaped. */
const MAY_NAME_PROTOTYPE = /__proto__|\\u00/;

/**
 * Refuses data with a key that, copied from object to object, changes what one of them inherits.
 *
 * @param text the JSON that the data was read from
 * @param data undefined where it wasn't read yet
 */
export function refusePrototypeKey(text: string, data: unknown = undefined): void {
  if (MAY_NAME_PROTOTYPE.test(text) && namesPrototype(data ?? parseIfPossible(text))) {
    throw new RefusedRequestError(400, 'BAD_REQUEST', 'The request has a key __proto__.');
  }
}

/** {@link refusePrototypeKey} for the JSON in a query string, which can't be too deep either. */
export function refusePrototypeKeyIn(search: string): void {
  if (search === '') return;
  const parameters = new URLSearchParams(search);
  for (const name of ['variables', 'extensions']) {
    const json = parameters.get(name) ?? '';
    refuseDeepNesting(json);
    refusePrototypeKey(json);
  }
}

/** Without recursion: data can be nested deeper than the stack is. */
function namesPrototype(data: unknown): boolean {
  const left = [data];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (Object.hasOwn(next, '__proto__')) return true;
    for (const inner of Object.values(next)) left.push(inner);
  }
  return false;
}

function parseIfPossible(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Apollo Server has the words for it
  }
}
