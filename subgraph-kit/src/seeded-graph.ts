/** Graph that `npm run seed` fills. Each subgraph may have a `seed.ts` that adds objects of its own. */
export interface SeededGraph {
  /** Sends an operation. Resolves with its data. @throws if there are errors */
  get(query: string, variables: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Ids of the objects that were seeded before, by the subgraph that has them. */
  readonly ids: Readonly<Record<string, readonly string[]>>;
}
