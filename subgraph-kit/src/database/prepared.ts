import { type Compilable, type CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely';
import { type Engine, engineOf } from './engines/engine.ts';

/** Returns a placeholder for the value of that name, which is given when the query runs. */
export type Parameters<Values> = <Name extends keyof Values & string>(name: Name) => RawBuilder<Values[Name]>;

/** Query that runs with given values. */
export type PreparedQuery<Tables, Values, Row> = (db: Kysely<Tables>, values: Values) => Promise<Row[]>;

class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * Builds a query once, at its first run, and reuses it with other values: building is most of the cost of a short query.
 *
 * @param build writes the query with Kysely; `parameter('name')` stands for a value
 */
export function prepare<Tables, Values extends object, Row>(
  build: (db: Kysely<Tables>, parameter: Parameters<Values>) => Compilable<Row>,
): PreparedQuery<Tables, Values, Row> {
  const compiledFor: { [Name in Engine['name']]?: CompiledQuery<Row> } = {};
  return async (db, values) => {
    const { name } = engineOf(db);
    compiledFor[name] ??= build(db, (parameter) => sql`${new Placeholder(parameter)}`).compile();
    const compiled = compiledFor[name];
    const byName = new Map<string, unknown>(Object.entries(values));
    const parameters = compiled.parameters.map((value) =>
      value instanceof Placeholder ? byName.get(value.name) : value,
    );
    return (await db.executeQuery<Row>({ ...compiled, parameters })).rows;
  };
}
