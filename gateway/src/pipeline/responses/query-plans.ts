import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import type { QueryPlanSettings } from '../../configuration/sections/query-plans.ts';
import { Timeline } from '../../execution/timeline/timeline.ts';
import type { Context } from '../../supergraph/request-context.ts';
import { planExtensions } from './plan-report.ts';

/** Header that asks for the plan, as in Apollo Router: `true`, or the secret. */
export const PLAN_HEADER = 'apollo-expose-query-plan';

/** Gives the plans of operations, and the timings of their calls, to the clients that ask for them and may have them. */
export class QueryPlans {
  readonly #isForEveryone: boolean;
  /** Digest of the secret; undefined if there is none. */
  readonly #secret: Buffer | undefined;

  constructor({ forEveryone, secret }: QueryPlanSettings) {
    this.#isForEveryone = forEveryone;
    this.#secret = secret === undefined ? undefined : digest(secret);
  }

  /** Returns the timeline to fill for a request; undefined if it asks for none or may not have it. */
  timelineFor(headers: IncomingHttpHeaders): Timeline | undefined {
    const value = headers[PLAN_HEADER];
    return typeof value === 'string' && this.#allows(value) ? new Timeline() : undefined;
  }

  /** Adds the plan to the answers of Apollo Server. Has to stand behind the plugins that set headers or replace answers. */
  plugin(): ApolloServerPlugin<Context> {
    const listener: GraphQLRequestListener<Context> = {
      async willSendResponse({ contextValue: { timeline }, response: { body, http } }) {
        const extensions = timeline && planExtensions(timeline);
        if (!extensions || body.kind !== 'single') return;
        body.singleResult.extensions = { ...body.singleResult.extensions, ...extensions };
        http.headers.set('cache-control', 'no-store'); // others must not get it from a cache
      },
    };
    return { requestDidStart: async () => listener };
  }

  #allows(value: string): boolean {
    if (this.#isForEveryone && value === 'true') return true;
    return this.#secret !== undefined && timingSafeEqual(digest(value), this.#secret);
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
