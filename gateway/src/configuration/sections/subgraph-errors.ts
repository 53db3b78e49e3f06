import { z } from 'zod';

const RULE = 'give true or false';

/** `gateway.include_subgraph_errors` */
export const subgraphErrors = z
  .object({
    all: z
      .boolean(RULE)
      .optional()
      .describe(
        'For subgraphs that are not named here. true: clients see their errors unchanged. false: clients see a code and an ' +
          "id, except for codes of the gateway's own list and of the subgraph's error_codes. If unset, errors with any code " +
          'of their own pass too.',
      ),
  })
  .catchall(z.boolean(RULE).describe('Overrides `all` for one subgraph.'))
  .transform(({ all, ...named }) => ({ all, named }));

/** Errors of subgraphs that reach clients unchanged. */
export interface SubgraphErrors {
  /** True for all, false for those with listed codes only, undefined for those with any code of their own. */
  readonly all?: boolean | undefined;
  /** Overrides of `all`, by subgraph name. */
  readonly named: Readonly<Record<string, boolean>>;
  /** Codes of expected errors, by subgraph name. */
  readonly codes: Readonly<Record<string, readonly string[]>>;
}
