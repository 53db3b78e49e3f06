/** Formats an address as the authority of a URL (https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2). */
export function toAuthority({ host, port }: { readonly host: string; readonly port: number | string }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
