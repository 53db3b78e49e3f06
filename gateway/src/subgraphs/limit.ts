import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { SubgraphClient } from '@lockstep/runtime/http/client/subgraph-client.ts';
import type { Step } from './call-step.ts';

/** Gives each fetch the time that its subgraph may take, and its failure the code that says why. */
export function limit(client: SubgraphClient): Step<GraphQLAnswer> {
  return (next) => (request, context) => {
    const { headers, requestId, fetchTrace, timed, bytes } = context;
    return client.inTime(
      request.constants.kind,
      ({ signal, deadline }) => next(request, { signal, deadline, headers, requestId, fetchTrace, timed, bytes }),
      context,
    );
  };
}
