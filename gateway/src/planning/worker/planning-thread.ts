import { flushCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { GraphQLError, parse } from 'graphql';
import { inPlanningTime } from '../apollo/planning-time.ts';
import { releaseGarbage } from '../garbage.ts';
import { loadPlanner } from '../load-planner.ts';
import type { Planner } from '../planner.ts';
import type { PlanTask, ThreadAnswer, ThreadData } from './messages.ts';
import { toFailure } from './plan-failure.ts';
import { partsOf } from './schema-parts.ts';
import { isSameShape } from './schema-shape.ts';

// The thread that composes a supergraph and plans its operations, started by planner-thread.ts.

const port = parentPort;
if (!port) throw new Error('planning-thread.ts is for a worker thread');
const answer = (message: ThreadAnswer) => port.postMessage(message);
const { source, planTimeoutMs }: ThreadData = workerData;

try {
  const sdl = typeof source === 'string' ? source : (await import('../compose.ts')).compose(source);
  const planner = await loadPlanner(sdl);
  const { apiSchema, supergraphSchema, directives } = planner;
  const whole = isSameShape(apiSchema, supergraphSchema) ? undefined : partsOf(supergraphSchema);
  const api = partsOf(apiSchema);
  // First, because V8 marks a large heap with four more threads: those would compete with the serving thread, which builds its
  // schema as soon as it has the answer.
  await releaseGarbage();
  answer({ kind: 'loaded', supergraph: { sdl, api, whole, directives } });
  flushCompileCache(); // which may be followed by the end of the process without an exit
  port.on('message', async (task: PlanTask) => answer(await plan(planner, task)));
} catch (error) {
  if (error instanceof ConfigurationError) answer({ kind: 'refused', message: error.message });
  else if (error instanceof GraphQLError)
    answer({ kind: 'refused', message: `The schemas compose, but the supergraph can't be served: ${error.message}` });
  else throw error;
}

async function plan(planner: Planner, { document, ...options }: PlanTask): Promise<ThreadAnswer> {
  try {
    const parsed = 'text' in document ? parse(document.text, { noLocation: true }) : JSON.parse(document.json);
    const request = { ...options, document: parsed };
    return { kind: 'planned', planned: await inPlanningTime(planTimeoutMs, () => planner.plan(request)) };
  } catch (error) {
    return { kind: 'failed', failure: toFailure(error) };
  }
}
