import { type Compilable, type CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely';

/** Stands in a query for the value of that name, which comes when the query runs. */
export type Parameters<Values> = <Name extends keyof Values & string>(name: Name) => RawBuilder<Values[Name]>;

/** Runs a prepared query with these values. */
export type PreparedQuery<Tables, Values, Row> = (db: Kysely<Tables>, values: Values) => Promise<Row[]>;

class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * A query that is built once, at its first run, and then run with other values: building it is most of what a short
 * query costs.
 *
 * @param build writes the query with Kysely; `parameter('name')` stands where a value goes
 */
export function prepare<Tables, Values extends object, Row>(
  build: (db: Kysely<Tables>, parameter: Parameters<Values>) => Compilable<Row>,
): PreparedQuery<Tables, Values, Row> {
  let compiled: CompiledQuery<Row> | undefined;
  return async (db, values) => {
    compiled ??= build(db, (name) => sql`${new Placeholder(name)}`).compile();
    const byName = new Map<string, unknown>(Object.entries(values));
    const parameters = compiled.parameters.map((value) =>
      value instanceof Placeholder ? byName.get(value.name) : value,
    );
    return (await db.executeQuery<Row>({ ...compiled, parameters })).rows;
  };
}
