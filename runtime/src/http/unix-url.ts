/** Address of a server on this machine by a socket, as Apollo Router writes it: `unix:///run/users.sock?path=/graphql`. */
export interface UnixAddress {
  readonly socketPath: string;
  /** Path of the request. */
  readonly path: string;
}

/** Returns the address in a URL; undefined if it is another kind of URL. */
export function readUnixUrl({ protocol, pathname, searchParams }: URL): UnixAddress | undefined {
  if (protocol !== 'unix:') return undefined;
  return { socketPath: decodeURIComponent(pathname), path: searchParams.get('path') ?? '/' };
}
