import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { OpenPlanner } from '../planner.ts';
import type { PlanningLimits } from '../planning-limits.ts';
import type { SubgraphSchema } from '../subgraph-schema.ts';
import { buildSchemaInSlices } from './build-schema.ts';
import { PlanningThreadError } from './planning-thread-error.ts';
import { PlanningWorker } from './planning-worker.ts';
import { RemotePlanner } from './remote-planner.ts';

/** Composes schemas and opens the planner of the supergraph, in a thread of its own: see {@link PlannerOpener}. */
export async function openPlanner(
  schemas: readonly SubgraphSchema[],
  limits: PlanningLimits,
  logger: Logger,
  signal: AbortSignal,
): Promise<OpenPlanner> {
  const { worker, supergraph } = await PlanningWorker.start(schemas, limits, signal).catch(explain);
  try {
    const apiSchema = await buildSchemaInSlices(supergraph.api);
    const supergraphSchema = supergraph.whole ? await buildSchemaInSlices(supergraph.whole) : apiSchema;
    const { sdl: supergraphSdl, directives } = supergraph;
    return new RemotePlanner({ supergraphSdl, directives, apiSchema, supergraphSchema }, worker, limits, logger);
  } catch (error) {
    await worker.stop();
    throw error;
  }
}

/** @throws {ConfigurationError} if the operator can do something about the failure */
function explain(error: unknown): never {
  if (!(error instanceof PlanningThreadError && error.reason === 'outOfMemory')) throw error;
  throw new ConfigurationError(
    `Composing the schemas, or loading the supergraph, takes more memory than gateway.limits.planning_heap allows: ${error.message}. Raise it.`,
  );
}
