import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import { isHeaderValue, isReserved } from '../configuration/reserved-headers.ts';
import type { FetchConstants, FetchRequest } from '../execution/fetching/fetch-request.ts';
import type { HookEvent } from '../hooks/gateway-hooks.ts';
import { withDeadline } from '../hooks/with-deadline.ts';
import type { CallContext } from './call-context.ts';
import type { CallRules } from './call-rules.ts';
import { ForwardedHeaders } from './forwarded-headers.ts';
import type { Client, RequestHeaderRules } from './headers/request-header-rules.ts';
import { AnswerHeaders } from './headers/response-header-rules.ts';

/** Makes one call. */
type Call = (context: CallContext) => Promise<GraphQLAnswer>;

/** Request to a subgraph, as hooks see it. */
export interface SubgraphRequest extends Pick<FetchRequest, 'variables' | 'representations'> {
  readonly constants: Pick<FetchConstants, 'subgraph' | 'query' | 'kind'>;
}

/** Calls that are made for one operation, if there are header rules or hooks. */
export class OperationCalls {
  readonly rules: CallRules;
  /** Part of every hook's event. */
  readonly event: HookEvent;
  readonly lifetime: Lifetime;
  readonly answerHeaders: AnswerHeaders;
  /** Set if the answer depends on who asks. */
  isPersonal: boolean;
  readonly #client: Client;
  readonly #forwarded = new Map<RequestHeaderRules, ForwardedHeaders>();

  constructor(rules: CallRules, client: Client & Lifetime & Pick<HookEvent, 'signal'>) {
    this.rules = rules;
    this.event = { context: {}, claims: client.claims, signal: client.signal };
    this.lifetime = client;
    this.answerHeaders = new AnswerHeaders(rules.inserted, rules.mergesCacheControl);
    this.isPersonal = rules.isPersonal;
    this.#client = client;
  }

  /** Makes a call with the headers that rules and hooks give it, and takes those of its answer. */
  async call(asked: SubgraphRequest, call: Call): Promise<GraphQLAnswer> {
    const { subgraph } = asked.constants;
    const forwarded = this.#forwardedTo(subgraph);
    const headers = this.rules.hooks.subgraphRequest ? await this.#askHook(asked, forwarded) : forwarded;
    const { signal, deadline, bytes } = this.lifetime;
    const answer = await call({ signal, deadline, bytes, headers });
    await this.#take(subgraph, answer);
    return answer;
  }

  /** Returns the headers for a subgraph, made once for all calls and all subgraphs with the same rules. */
  #forwardedTo(subgraph: string): ForwardedHeaders {
    const rules = this.rules.requestRules(subgraph);
    if (!rules) return ForwardedHeaders.NONE;
    let forwarded = this.#forwarded.get(rules);
    if (!forwarded) {
      forwarded = rules.apply(this.#client);
      this.#forwarded.set(rules, forwarded);
    }
    return forwarded;
  }

  async #askHook(
    { constants, variables, representations }: SubgraphRequest,
    forwarded: ForwardedHeaders,
  ): Promise<ForwardedHeaders> {
    const { subgraph, query, kind } = constants;
    const headers = new Headers(forwarded.values);
    const event = { ...this.event, subgraph, kind, headers, query, variables, representations };
    await withDeadline(() => this.rules.hooks.subgraphRequest?.(event), this.lifetime);
    for (const [name, value] of headers) {
      if (isReserved(name, 'to subgraphs') || !isHeaderValue(value)) {
        throw new Error(`hook subgraphRequest: header ${name} is reserved or has a value that can't be sent`);
      }
    }
    return new ForwardedHeaders(Object.fromEntries(headers));
  }

  async #take(subgraph: string, { head, data, errors }: GraphQLAnswer): Promise<void> {
    if (!head) return;
    const { subgraphResponse } = this.rules.hooks;
    const rules = this.rules.responseRules(subgraph);
    if (!subgraphResponse) return this.answerHeaders.add(rules, head.headers);
    const headers = toHeaders(head.headers);
    const event = { ...this.event, subgraph, status: head.status, headers, data, errors };
    await withDeadline(() => subgraphResponse(event), this.lifetime);
    this.answerHeaders.add(rules, Object.fromEntries(headers));
  }
}

/** Returns the headers without the values that can't be sent on. */
function toHeaders(given: NonNullable<GraphQLAnswer['head']>['headers']): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) {
    for (const one of [value].flat()) if (one !== undefined && isHeaderValue(one)) headers.append(name, one);
  }
  return headers;
}
