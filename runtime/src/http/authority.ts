/** Address that a server listens on. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number | string;
  /** Path of the socket that it listens on instead; undefined for host and port. */
  readonly socketPath?: string | undefined;
}

/** Formats an address as the authority of a URL (https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2), or as `unix:/path`. */
export function toAuthority({ host, port, socketPath }: ServerAddress): string {
  if (socketPath !== undefined) return `unix:${socketPath}`;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Returns the URL of a path of a server; for a socket as Apollo Router writes it. */
export function toUrl(address: ServerAddress, path: string, isSecure = false): string {
  if (address.socketPath !== undefined) return `unix://${address.socketPath}?path=${path}`;
  return `${isSecure ? 'https' : 'http'}://${toAuthority(address)}${path}`;
}
