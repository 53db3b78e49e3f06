/** The part of negotiator that is in use; it comes without types. */
declare module 'negotiator' {
  export default class Negotiator {
    constructor(request: { readonly headers: Readonly<Record<string, string | string[] | undefined>> });
    /** @param preferred order of codings with the same weight */
    encodings(available: readonly string[], options?: { readonly preferred: readonly string[] }): string[];
  }
}
