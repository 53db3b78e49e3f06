import { type Page, parsePage } from './arguments.ts';
import { parseCursor, toCursor } from './node-id.ts';

/** Page of a list with cursors: https://relay.dev/graphql/connections.htm#sec-Connection-Types */
export interface Connection<Row> {
  readonly edges: { readonly node: Row; readonly cursor: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/**
 * Reads the page of a connection that the arguments `first` and `after` select. A cursor holds the key of its row: rows that
 * are inserted meanwhile don't shift the pages.
 *
 * @param type name of the connection's type, such as `UserConnection`: a cursor is valid in all connections of its type
 * @param list returns a page of rows in the order of their keys; it is asked for one row more, which says if a page follows
 * @throws `BAD_USER_INPUT`
 */
export async function readConnection<Row extends { readonly id: string }>(
  type: string,
  args: { first: number; after?: string | null },
  list: (page: Page) => Promise<Row[]>,
): Promise<Connection<Row>> {
  const { first } = parsePage({ first: args.first });
  const after = args.after == null ? 0 : parseCursor('after', args.after, type);
  const rows = await list({ first: first + 1, after });
  const edges = rows.slice(0, first).map((node) => ({ node, cursor: toCursor(type, node.id) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: after > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
