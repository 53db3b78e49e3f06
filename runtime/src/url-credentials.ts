/** Shown in place of a secret. */
export const MASK = '***';

/** Everything before the last `@` of a URL's authority, also after fewer slashes than two, which parsers forgive. */
const CREDENTIALS = /(?<=^\s*[a-z][a-z\d+.-]*:[/\\]*|:\/\/)[^/\\?#]+(?=@)/gi;

/** Advice for a URL with credentials, where nothing would send them. */
export const CREDENTIALS_RULE = 'remove the credentials, which are never sent';

/** Returns true if a URL has no user name and no password. */
export function hasNoCredentials(url: string): boolean {
  const { username = '', password = '' } = URL.parse(url) ?? {};
  return username === '' && password === '';
}

/** Returns a text that can be shown: a URL in it has `***` for its credentials. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(CREDENTIALS, MASK);
}

const QUERY = /(?<=^\s*[a-z][a-z\d+.-]*:[/\\]*[^?#\s]*\?)[^#]+/i;

/** Returns a URL that can be shown: with `***` for its query, which may have a key. Another text stays as it is. */
export function withoutQuery(url: string): string {
  return url.replace(QUERY, MASK);
}
