import { UnplannableOperationError } from '../../planning/unplannable-operation-error.ts';
import { assertSame } from './assert-same.ts';
import type { Federation } from './federation.ts';
import { Random } from './random.ts';
import { RandomFederation } from './random-federation.ts';
import { randomOperation } from './random-operation.ts';

/** Operations per schema. Composing a schema takes longer than running many operations. */
const OPERATIONS_PER_SCHEMA = 20;

/** Outcome of the comparison. */
export interface Comparison {
  readonly compared: number;
  /** Reasons for which operations had no plan. */
  readonly refused: readonly string[];
}

/** A federated answer that differs from the monolith's. */
export class Counterexample extends Error {
  override readonly name = 'Counterexample';

  /** @param seed seed that reproduces it */
  constructor(seed: number, schemas: string, operation: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.stack : String(cause);
    super(`seed ${seed}\n${schemas}\n${operation}\n${reason}`, { cause });
  }
}

/**
 * Compares federated answers with the monolith's on random schemas, data and operations.
 *
 * @param seed seed of the first schema; the next schemas have the next seeds
 * @throws {Counterexample}
 */
export async function compareRandomCases(seed: number, cases: number): Promise<Comparison> {
  const refused: string[] = [];
  let tried = 0;
  for (let schemaSeed = seed; tried < cases; schemaSeed++) {
    const operations = Math.min(OPERATIONS_PER_SCHEMA, cases - tried);
    refused.push(...(await compareOnSchema(schemaSeed, operations)));
    tried += operations;
  }
  return { compared: tried - refused.length, refused };
}

/** Returns the reasons for which operations had no plan. */
async function compareOnSchema(seed: number, operations: number): Promise<string[]> {
  const refused: string[] = [];
  const random = new Random(seed);
  const schemas = new RandomFederation(random, seed);
  let federation: Federation;
  try {
    federation = schemas.build();
  } catch (error) {
    throw new Counterexample(seed, schemas.describe(), 'the schemas do not compose', error);
  }
  for (let count = 0; count < operations; count++) {
    const { query, variables } = randomOperation(random, federation.planner.apiSchema);
    try {
      await assertSame(federation, query, variables);
    } catch (error) {
      if (error instanceof UnplannableOperationError) refused.push(`seed ${seed}: ${error.message}`);
      else throw new Counterexample(seed, schemas.describe(), `${query}\n${JSON.stringify(variables)}`, error);
    }
  }
  return refused;
}
