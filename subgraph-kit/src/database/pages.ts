import DataLoader from 'dataloader';
import { type Expression, type Kysely, sql } from 'kysely';
import type { Page } from '../arguments.ts';
import type { OperationBudget } from '../execution/operation-budget.ts';

/** Maximum number of selects that one `union all` joins. */
const MAX_SELECTS_A_STATEMENT = 100;

/** Page of the objects that belong to one other object, such as a user's orders. */
export interface PageOf extends Page {
  readonly ownerKey: number;
}

/** Loads pages below an entity, with one statement for all that are requested together. */
export type PageLoader<Row> = DataLoader<PageOf, Row[], string>;

/** Creates the loader of one operation. @param find resolves with the pages in their order, as {@link selectPages} does */
export function pageLoader<Row>(
  budget: OperationBudget,
  find: (pages: readonly PageOf[]) => Promise<Row[][]>,
): PageLoader<Row> {
  return new DataLoader((pages) => budget.load(() => find(pages)), {
    maxBatchSize: MAX_SELECTS_A_STATEMENT,
    cacheKeyFn: ({ ownerKey, first, after }) => `${ownerKey} ${first} ${after}`,
  });
}

/**
 * Selects pages of a table in one statement, which reads no rows beyond each page.
 *
 * @param selectPage query of one page: its owner's rows after a key, in the order of their ids, and no more than `first`
 * @returns the rows of each page, in the order of the pages
 */
export async function selectPages<Tables, Row extends { readonly id: number }>(
  db: Kysely<Tables>,
  pages: readonly PageOf[],
  selectPage: (page: PageOf) => Expression<Row>,
): Promise<Row[][]> {
  if (pages.length === 0) return [];
  const queries = pages.map(
    (page, index) => sql`select *, ${sql.lit(index)} as page from ${selectPage(page)} as owned`,
  );
  const all = sql.join(queries, sql` union all `);
  const { rows } = await sql<Row & { page: number }>`${all} order by page, id`.execute(db);
  const found: Row[][] = pages.map(() => []);
  for (const row of rows) found[row.page]?.push(row);
  return found;
}
