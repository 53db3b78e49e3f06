import type { Reply } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { SubgraphClient } from '@lockstep/runtime/http/client/subgraph-client.ts';
import type { Call } from './call-step.ts';
import type { ForwardedHeaders } from './forwarded-headers.ts';

type Headers = Readonly<Record<string, string>>;

/** Sends a request once, with the headers of its client and of its trace. */
export function send(client: SubgraphClient): Call<Reply> {
  return (request, context) => {
    const { traceHeaders, headers, requestId, failedAt } = context;
    const exchange = {
      body: request.toBody(),
      kind: request.constants.kind,
      requestId,
      failedAt,
      headers: traceHeaders ? withTrace(headers, traceHeaders) : headers.values,
    };
    return client.exchange(exchange, context);
  };
}

function withTrace({ identity, values }: ForwardedHeaders, trace: Headers): Headers {
  return identity === '' ? trace : { ...values, ...trace };
}
