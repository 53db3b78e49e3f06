/** Header of every answer: browsers take it for nothing else than its media type says. */
export const NO_SNIFFING = { 'x-content-type-options': 'nosniff' } as const;

/**
 * Headers of pages, in addition to what a page allows itself in its own policy: no other site can show it in a frame, and
 * nothing injected can redirect its links or forms. Old browsers know only `x-frame-options`.
 *
 * @see https://www.w3.org/TR/CSP3/#directive-frame-ancestors
 */
export const PAGE_HEADERS = {
  ...NO_SNIFFING,
  'content-security-policy': "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'",
  'x-frame-options': 'DENY',
} as const;
