import { z } from 'zod';

const RULE = 'give true or false';

/** `gateway.include_subgraph_errors` */
export const subgraphErrors = z
  .object({
    all: z
      .boolean(RULE)
      .default(false)
      .describe(
        'For subgraphs that are not named here. true: clients see their errors unchanged. false: clients see a code and an ' +
          "id, except for codes of the gateway's own list and of the subgraph's error_codes.",
      ),
  })
  .catchall(z.boolean(RULE).describe('Overrides `all` for one subgraph.'))
  .transform(({ all, ...named }) => ({ all, named }));

/** Errors of subgraphs that reach clients unchanged. */
export interface SubgraphErrors {
  /** True for all, false for those with listed codes only. */
  readonly all: boolean;
  /** Overrides of `all`, by subgraph name. */
  readonly named: Readonly<Record<string, boolean>>;
  /** Expected errors, by subgraph name. */
  readonly expected: Readonly<Record<string, ExpectedErrors>>;
}

/** Expected errors of a subgraph. */
export interface ExpectedErrors {
  readonly codes: readonly string[];
  /** Names of the extensions that clients see, beside those that are always shown. */
  readonly extensions: readonly string[];
}
