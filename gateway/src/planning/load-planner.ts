import { OperationPlanner } from './apollo/operation-planner.ts';
import type { Planner } from './planner.ts';

/**
 * Loads the planner of a supergraph.
 *
 * @throws {GraphQLError} if the SDL is no supergraph, or links a feature that isn't supported
 */
export async function loadPlanner(supergraphSdl: string): Promise<Planner> {
  return new OperationPlanner(supergraphSdl);
}
