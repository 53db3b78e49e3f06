import { UnplannableOperationError } from '../../planning/unplannable-operation-error.ts';
import { assertSame } from './assert-same.ts';
import { Federation, type FederationOptions } from './federation.ts';
import type { Kind } from './kinds/kind.ts';
import { Random } from './random.ts';
import { randomOperation } from './random-operation.ts';

/** Operations per schema. Composing a schema takes longer than running many operations. */
const OPERATIONS_PER_SCHEMA = 20;

/** Outcome of a comparison. */
export interface Comparison {
  readonly compared: number;
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
 * @param seed seed of the first schema; the next schemas have the next seeds
 * @throws {Counterexample}
 */
export async function compareRandomCases(kind: Kind, seed: number, cases: number): Promise<Comparison> {
  const refused = new Map<string, number>();
  let tried = 0;
  let refusals = 0;
  for (let schemaSeed = seed; tried < cases; schemaSeed++) {
    const operations = Math.min(OPERATIONS_PER_SCHEMA, cases - tried);
    for (const reason of await compareOnSchema(kind, schemaSeed, operations)) {
      refused.set(reason, (refused.get(reason) ?? 0) + 1);
      refusals += 1;
    }
    tried += operations;
  }
  return { compared: tried - refusals, refused };
}

/** Returns the reasons for which operations had no plan. */
async function compareOnSchema(kind: Kind, seed: number, operations: number): Promise<string[]> {
  const refused: string[] = [];
  const random = new Random(seed);
  const options = kind.draw(random, seed);
  const federation = build(options, seed);
  for (let count = 0; count < operations; count++) {
    const operation = randomOperation(random, federation.planner.apiSchema, kind.root);
    const { query, variables } = operation;
    try {
      if (kind.check) await kind.check(federation, operation, random);
      else await assertSame(federation, query, variables);
    } catch (error) {
      if (error instanceof UnplannableOperationError) refused.push(error.message);
      else throw new Counterexample(seed, options, `${query}\n${JSON.stringify(variables)}`, error);
    }
  }
  return refused;
}

function build(options: FederationOptions, seed: number): Federation {
  try {
    return new Federation(options);
  } catch (error) {
    throw new Counterexample(seed, options, 'the schemas do not compose', error);
  }
}
