import type { IncomingHttpHeaders } from 'node:http';

/** Directive of an answer that nothing is known about: it must not be stored. */
export const NO_STORE = 'no-store';

/** Directives that bind the answer if they bind any part of it. */
const BINDING = ['no-cache', 'private', 'must-revalidate', 'proxy-revalidate', 'no-transform', 'must-understand'];

/** Longest time that there is: https://www.rfc-editor.org/rfc/rfc9111#section-1.2.2 */
const MAX_SECONDS = 2 ** 31;

/** Directives of a `cache-control`, in lower case, with their arguments. */
export type Directives = ReadonlyMap<string, string | undefined>;

/**
 * Combined `cache-control` of an answer that is made of several: the strictest of theirs. Directives that only loosen are
 * kept if all parts have them; extensions such as `stale-while-revalidate` are dropped.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2
 */
export class StrictestCacheControl {
  #parts: Directives[] = [];
  #mayNotBeStored = false;
  #ageSeconds = 0;

  /**
   * @param value of one part; undefined if it has none
   * @param ageSeconds age of the part when it arrived, from its `age` header
   */
  add(value: string | undefined, ageSeconds = 0): void {
    const directives = parseCacheControl(value ?? NO_STORE);
    if (directives.has(NO_STORE)) this.forbid();
    else this.#parts.push(aged(directives, ageSeconds));
    this.#ageSeconds = Math.max(this.#ageSeconds, ageSeconds);
  }

  /** Forbids to store the answer, whatever its parts say. */
  forbid(): void {
    this.#mayNotBeStored = true;
  }

  /** Age of the oldest part: 0 if the answer must not be stored. */
  get ageSeconds(): number {
    return this.#isStorable ? this.#ageSeconds : 0;
  }

  get #isStorable(): boolean {
    return !this.#mayNotBeStored && this.#parts.length > 0;
  }

  /**
   * Returns the `cache-control` of an answer that has {@link ageSeconds} as its `age`: caches subtract that from the lifetimes, and
   * what is left then is what is left of the least of the parts'.
   *
   * @param isPersonal true if the answer depends on who asked for it
   */
  toString(isPersonal = false): string {
    const parts = this.#parts;
    if (!this.#isStorable) return NO_STORE;
    const binding = BINDING.filter(
      (name) => (isPersonal && name === 'private') || parts.some((part) => part.has(name)),
    );
    const isPrivate = binding.includes('private');
    const isPublic = !isPrivate && parts.every((part) => part.has('public'));
    const isShared = !isPrivate && parts.some((part) => part.has('s-maxage'));
    return [
      ...(isPublic ? ['public'] : []),
      ...binding,
      // A part that doesn't say how long it stays fresh counts as stale at once.
      `max-age=${this.#lifetime((part) => secondsOf(part, 'max-age') ?? 0)}`,
      ...(isShared ? [`s-maxage=${this.#lifetime(sharedSecondsOf)}`] : []),
    ].join(', ');
  }

  #lifetime(leftOf: (part: Directives) => number): number {
    const left = Math.min(...this.#parts.map(leftOf));
    return left === 0 ? 0 : left + this.#ageSeconds;
  }
}

/** Parses a `cache-control`. */
export function parseCacheControl(value: string): Directives {
  const directives = new Map<string, string | undefined>();
  for (const part of value.toLowerCase().split(',')) {
    const [name = '', argument] = part.split('=').map((text) => text.trim());
    if (name !== '' && !directives.has(name)) directives.set(name, argument?.replaceAll('"', ''));
  }
  return directives;
}

function aged(directives: Directives, ageSeconds: number): Directives {
  if (ageSeconds === 0) return directives;
  const left = new Map(directives);
  for (const name of ['max-age', 's-maxage']) {
    const seconds = secondsOf(directives, name);
    if (seconds !== undefined) left.set(name, String(Math.max(0, seconds - ageSeconds)));
  }
  return left;
}

/** Returns the seconds of a directive: undefined without it, and 0 if they can't be read (https://www.rfc-editor.org/rfc/rfc9111#section-4.2.1). */
export function secondsOf(directives: Directives, name: string): number | undefined {
  const text = directives.get(name);
  if (text === undefined) return directives.has(name) ? 0 : undefined;
  return toSeconds(text) ?? 0;
}

/**
 * Returns the seconds of an `age` header: of several the first, and 0 if it can't be read.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9111#section-5.1
 */
export function ageSecondsOf({ age }: Pick<IncomingHttpHeaders, 'age'>): number {
  return toSeconds(age?.split(',')[0]?.trim() ?? '') ?? 0;
}

function toSeconds(text: string): number | undefined {
  return /^\d+$/.test(text) ? Math.min(Number(text), MAX_SECONDS) : undefined;
}

function sharedSecondsOf(directives: Directives): number {
  return secondsOf(directives, 's-maxage') ?? secondsOf(directives, 'max-age') ?? 0;
}
