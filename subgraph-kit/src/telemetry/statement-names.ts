/** Name of a statement by OpenTelemetry's conventions: https://opentelemetry.io/docs/specs/semconv/db/database-spans/#name */
export interface StatementName {
  /** Kind and table, such as `SELECT users`. */
  readonly summary: string;
  readonly operation: string;
  /** Undefined if it names no table. */
  readonly table: string | undefined;
}

const OPERATION = /^\s*(\w+)/;
const TABLE = /\b(?:from|into|update)\s+"(\w+)"/i;

/** Maximum number of texts whose names are kept. Most are constants of a subgraph's code. */
const MAX_KEPT = 500;

const names = new Map<string, StatementName>();

/** Returns the name of a statement. It has no values, which are parameters of statements. */
export function nameOf(sql: string): StatementName {
  const known = names.get(sql);
  if (known) return known;
  const operation = OPERATION.exec(sql)?.[1]?.toUpperCase() ?? 'STATEMENT';
  const table = TABLE.exec(sql)?.[1];
  const name = { summary: table === undefined ? operation : `${operation} ${table}`, operation, table };
  if (names.size >= MAX_KEPT) names.clear();
  names.set(sql, name);
  return name;
}
