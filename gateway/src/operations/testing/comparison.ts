import { UnplannableOperationError } from '../../planning/unplannable-operation-error.ts';
import { assertSame } from './assert-same.ts';
import { Federation, type FederationOptions } from './federation.ts';
import type { Kind } from './kinds/kind.ts';
import { Random } from './random.ts';
import { randomOperation } from './random-operation.ts';

/** Operations per schema. Composing a schema takes longer than running many operations. */
const OPERATIONS_PER_SCHEMA = 40;

export interface ComparisonOptions {
  /** Seed of the first schema; the next schemas have the next seeds. */
  readonly seed: number;
  readonly cases: number;
  /** Makes the federation of a schema, with the compiled engine if undefined. */
  readonly federate?: (options: FederationOptions) => Federation;
  /** Called for each counterexample; the first one is thrown if undefined. */
  readonly onCounterexample?: (counterexample: Counterexample) => void;
}

/** Outcome of a comparison. */
export interface Comparison {
  /** Number of answers as expected. */
  readonly equal: number;
  /** Reasons for which operations had no plan, and how often each. */
  readonly refused: ReadonlyMap<string, number>;
}

/** A federated answer that differs from the expected one. */
export class Counterexample extends Error {
  override readonly name = 'Counterexample';

  /** @param seed seed that reproduces it */
  constructor(seed: number, { subgraphs }: FederationOptions, operation: string, cause: unknown) {
    const schemas = Object.entries(subgraphs).map(([name, sdl]) => `# ${name}\n${sdl}`);
    const reason = cause instanceof Error ? cause.stack : String(cause);
    super(`seed ${seed}\n${schemas.join('\n')}\n${operation}\n${reason}`, { cause });
  }
}

/**
 * Compares federated answers with those of a monolith, on random schemas, data and operations.
 *
 * @throws {Counterexample}
 */
export async function compareRandomCases(kind: Kind, options: ComparisonOptions): Promise<Comparison> {
  const refused = new Map<string, number>();
  let equal = 0;
  for (let tried = 0; tried < options.cases; tried += OPERATIONS_PER_SCHEMA) {
    const seed = options.seed + tried / OPERATIONS_PER_SCHEMA;
    const cases = Math.min(OPERATIONS_PER_SCHEMA, options.cases - tried);
    const result = await compareOnSchema(kind, { ...options, seed, cases });
    equal += result.equal;
    for (const [reason, times] of result.refused) refused.set(reason, (refused.get(reason) ?? 0) + times);
  }
  return { equal, refused };
}

async function compareOnSchema(
  kind: Kind,
  { seed, cases, federate = (options) => new Federation(options), onCounterexample }: ComparisonOptions,
): Promise<Comparison> {
  const refused = new Map<string, number>();
  let equal = 0;
  const random = new Random(seed);
  const options = kind.draw(random, seed);
  const report = (operation: string, cause: unknown) => {
    const counterexample = new Counterexample(seed, options, operation, cause);
    if (!onCounterexample) throw counterexample;
    onCounterexample(counterexample);
  };
  const federation = build(
    () => federate(options),
    (error) => new Counterexample(seed, options, 'no composition', error),
  );
  for (let count = 0; count < cases; count++) {
    const operation = randomOperation(random, federation.planner.apiSchema, kind.root);
    const { query, variables } = operation;
    try {
      if (kind.check) await kind.check(federation, operation, random);
      else await assertSame(federation, query, variables);
      equal += 1;
    } catch (error) {
      if (error instanceof UnplannableOperationError) {
        refused.set(error.message, (refused.get(error.message) ?? 0) + 1);
      } else report(`${query}\n${JSON.stringify(variables)}`, error);
    }
  }
  return { equal, refused };
}

function build(federate: () => Federation, failed: (error: unknown) => Counterexample): Federation {
  try {
    return federate();
  } catch (error) {
    throw failed(error);
  }
}
