import type { Reply } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { SubgraphClient } from '@lockstep/runtime/http/client/subgraph-client.ts';
import type { Call } from './call-step.ts';

/** Sends a request once, with the headers of its client and of its trace. */
export function send(client: SubgraphClient): Call<Reply> {
  return (request, context) => {
    const { traceHeaders, headers, requestId, failedAt } = context;
    const exchange = {
      body: request.toBody(),
      kind: request.constants.kind,
      requestId,
      failedAt,
      headers: traceHeaders ? { ...headers.values, ...traceHeaders } : headers.values,
    };
    return client.exchange(exchange, context);
  };
}
