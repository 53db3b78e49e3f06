/** Shown in place of a secret. */
export const MASK = '***';

/** Everything before the last `@` of a URL's authority, also after fewer slashes than two, which parsers forgive. */
const CREDENTIALS = /(?<=^\s*[a-z][a-z\d+.-]*:[/\\]*|:\/\/)[^/\\?#]+(?=@)/gi;

/** Everything before the last `@` of what starts like a URL. */
const BEFORE_LAST_AT = /^(\s*[a-z][a-z\d+.-]*:[/\\]{0,2}).+(?=@)/is;

/** Advice for a URL with credentials that nothing would send. */
export const CREDENTIALS_RULE = 'remove the credentials, which are never sent';

/** Returns true if a URL has no user name and no password. */
export function hasNoCredentials(url: string): boolean {
  const { username = '', password = '' } = URL.parse(url) ?? {};
  return username === '' && password === '';
}

/** Returns a text that can be shown: a URL in it has `***` for its credentials. */
export function withoutCredentials(text: string): string {
  // A password may have a `/`, `?` or `#` that isn't encoded: no parser takes that, and nothing tells where the host begins. Parsers
  // of some schemes take a backslash.
  const isClear = URL.canParse(text) && !text.includes('\\');
  const readable = isClear ? text : text.replace(BEFORE_LAST_AT, `$1${MASK}`);
  return readable.replaceAll(CREDENTIALS, MASK);
}

const QUERY = /(?<=^\s*[a-z][a-z\d+.-]*:[/\\]*[^?#\s]*\?)[^#]+/i;

/** Returns a URL that can be shown: with `***` for its query, which may have a key. Another text stays as it is. */
export function withoutQuery(url: string): string {
  return url.replace(QUERY, MASK);
}
