/** Returns what the environment variables of a subgraph begin with: `GIFT_CARDS` for `gift-cards`, as in `GIFT_CARDS_PORT`. */
export function variablePrefix(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}
