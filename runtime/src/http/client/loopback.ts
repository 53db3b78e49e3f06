/** Returns whether a URL's host is this machine itself, by its name alone. */
export function isLoopback({ hostname }: URL): boolean {
  if (hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]') return true;
  return /^127(\.\d+){3}$/.test(hostname);
}
