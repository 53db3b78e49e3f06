/** Longest origin that is looked at: a host has at most 253 characters (https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4). */
const MAX_LENGTH = 300;

/** One or more names with dots between them. */
const NAMES = /^[\w-]+(\.[\w-]+)*$/;

/**
 * Returns a function that says if an origin is the one of the settings. `*` in a host matches any names, `:*` any port and
 * none. Takes time linear in the length of the origin, which every client can choose.
 */
export function originMatcher(entry: string): (origin: string) => boolean {
  const anyPort = entry.endsWith(':*');
  const [start = '', ...parts] = (anyPort ? entry.slice(0, -2) : entry).split('*');
  const end = parts.pop();
  return (origin) => {
    if (origin.length > MAX_LENGTH) return false;
    const text = anyPort ? origin.replace(/:\d+$/, '') : origin;
    if (end === undefined) return text === start;
    if (!text.startsWith(start) || !text.endsWith(end)) return false;
    const names = text.slice(start.length, text.length - end.length);
    return NAMES.test(names) && separates(names, parts);
  };
}

/** Returns true if the parts are in the names in this order, with names before, between and after them. */
function separates(names: string, parts: readonly string[]): boolean {
  let from = 0;
  for (const part of parts) {
    from = endOfNext(part, names, from);
    if (from === -1) return false;
  }
  return from < names.length;
}

/** Returns the end of the first place after `from` where neither what is before nor what is after is cut at a dot. */
function endOfNext(part: string, names: string, from: number): number {
  for (let at = names.indexOf(part, from + 1); at !== -1; at = names.indexOf(part, at + 1)) {
    const end = at + part.length;
    if (names[at - 1] !== '.' && names[end] !== '.') return end;
  }
  return -1;
}
