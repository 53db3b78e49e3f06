import type { HeaderSettings } from '../configuration/sections/headers.ts';
import type { GatewaySettings } from '../configuration/settings-schema.ts';
import type { GatewayHooks } from '../hooks/gateway-hooks.ts';
import { RequestHeaderRules } from './headers/request-header-rules.ts';
import { ResponseHeaderRules } from './headers/response-header-rules.ts';

/** Header rules and hooks for the calls of operations and for their answers. */
export class CallRules {
  readonly hooks: GatewayHooks;
  readonly inserted: HeaderSettings['inserted'];
  /** Set if a rule lets the `cache-control` of subgraphs reach clients. */
  readonly mergesCacheControl: boolean;
  /** Set if every answer depends on who asks, whatever the subgraphs say. */
  readonly isPersonal: boolean;
  readonly #request: ReadonlyMap<string, RequestHeaderRules>;
  readonly #response: ReadonlyMap<string, ResponseHeaderRules>;

  private constructor({ headers, authorization }: GatewaySettings, hooks: GatewayHooks) {
    this.hooks = hooks;
    this.inserted = headers.inserted;
    this.mergesCacheControl = Object.values(headers.fromSubgraphs).flat().some(letsCacheControlPass);
    this.isPersonal = authorization.requireAuthentication;
    this.#request = compiled(headers.toSubgraphs, (rules) => new RequestHeaderRules(rules));
    this.#response = compiled(headers.fromSubgraphs, (rules) => new ResponseHeaderRules(rules));
  }

  /** Returns undefined if nothing is configured, so that nothing of this runs. */
  static of(settings: GatewaySettings, hooks: GatewayHooks | undefined): CallRules | undefined {
    const { toSubgraphs, fromSubgraphs, inserted } = settings.headers;
    const isAny =
      hooks ?? (inserted.length > 0 || [toSubgraphs, fromSubgraphs].some((all) => Object.keys(all).length > 0));
    return isAny ? new CallRules(settings, hooks ?? {}) : undefined;
  }

  /** True if answers to clients get headers from subgraphs, settings or a hook. */
  get shapesAnswers(): boolean {
    return this.#response.size > 0 || this.inserted.length > 0 || this.hooks.response !== undefined;
  }

  /** True if every operation has to be shown to a hook or its answer to a rule, and not only the calls that it makes. */
  get watchesOperations(): boolean {
    return this.hooks.request !== undefined || this.shapesAnswers;
  }

  requestRules(subgraph: string): RequestHeaderRules | undefined {
    return this.#request.get(subgraph);
  }

  responseRules(subgraph: string): ResponseHeaderRules | undefined {
    return this.#response.get(subgraph);
  }
}

/** Returns whether a rule or a hook reads the headers of subgraphs' answers. */
export function readsAnswerHeaders({ headers, hooks }: Pick<GatewaySettings, 'headers' | 'hooks'>): boolean {
  return Object.keys(headers.fromSubgraphs).length > 0 || hooks.module !== undefined;
}

/** Compiles equal rules once, so that they are applied to a request once for all subgraphs that have them. */
function compiled<Rule, Compiled>(
  bySubgraph: Readonly<Record<string, readonly Rule[]>>,
  compile: (rules: readonly Rule[]) => Compiled,
): Map<string, Compiled> {
  const known = new Map<string, Compiled>();
  const all = new Map<string, Compiled>();
  for (const [subgraph, rules] of Object.entries(bySubgraph)) {
    const key = JSON.stringify(rules);
    const same = known.get(key) ?? compile(rules);
    known.set(key, same);
    all.set(subgraph, same);
  }
  return all;
}

function letsCacheControlPass({ propagate }: HeaderSettings['fromSubgraphs'][string][number]): boolean {
  if (propagate?.named !== undefined) return propagate.named === 'cache-control';
  return propagate?.matching !== undefined && new RegExp(propagate.matching, 'iu').test('cache-control');
}
