/** Returns whether a URL's host is this machine itself, by its name alone, or a socket. */
export function isLoopback({ protocol, hostname }: URL): boolean {
  if (protocol === 'unix:') return true;
  if (hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]') return true;
  return /^127(\.\d+){3}$/.test(hostname);
}
