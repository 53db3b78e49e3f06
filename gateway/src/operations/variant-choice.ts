import type { Deadline } from '@lockstep/runtime/http/deadline.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { GatewaySettings } from '../configuration/settings-schema.ts';
import { askHook, type Hook, type HookRequest, loadHook } from '../hooks/choice-hook.ts';
import type { Rule } from './authorization/rules.ts';
import { drawLabel } from './override-labels.ts';
import type { RequestDependentOperation, Variant } from './request-dependent-operation.ts';

export interface Hooks {
  /** Grants policies; without it, none is granted. */
  readonly policies?: Hook | undefined;
  /** Chooses the labels of progressive `@override` that are on; without it, only percentages can be. */
  readonly labels?: Hook | undefined;
}

/** @throws {ConfigurationError} if a module that the settings name exports no hook */
export async function loadHooks({
  authorization,
  progressiveOverride,
}: Pick<GatewaySettings, 'authorization' | 'progressiveOverride'>): Promise<Hooks> {
  const { policies } = authorization;
  const { module, ...version } = progressiveOverride;
  return {
    policies: policies && (await loadHook(policies, 'grantedPolicies')),
    labels: module === undefined ? undefined : await loadHook({ module, ...version }, 'activeLabels'),
  };
}

const NOTHING: ReadonlySet<string> = new Set();

/** Decides which variant of an operation a request gets. */
export class VariantChoice {
  readonly #hooks: Hooks;
  readonly #logger: Logger;
  readonly #random: () => number;

  constructor(hooks: Hooks, logger: Logger, random: () => number = Math.random) {
    this.#hooks = hooks;
    this.#logger = logger;
    this.#random = random;
  }

  /** Returns at once, unless a hook has to be called. */
  choose(varying: RequestDependentOperation, request: HookRequest, deadline?: Deadline): Variant | Promise<Variant> {
    const policies = varying.policies.length > 0 && this.#ask('policies', varying.policies, request, deadline);
    const labels = varying.hookLabels.length > 0 && this.#ask('labels', varying.hookLabels, request, deadline);
    if (!policies && !labels) return this.#decide(varying, request, NOTHING, NOTHING);
    return Promise.all([policies || NOTHING, labels || NOTHING]).then(([granted, chosen]) =>
      this.#decide(varying, request, granted, chosen),
    );
  }

  #decide(
    { rules, labels }: RequestDependentOperation,
    { claims }: HookRequest,
    policies: ReadonlySet<string>,
    chosenLabels: ReadonlySet<string>,
  ): Variant {
    const granted = { authenticated: claims && NOTHING, scopes: scopesOf(claims), policies };
    return {
      isAuthenticated: claims !== undefined,
      unmet: new Set(rules.filter(({ kind, anyOf }) => !isMet(anyOf, granted[kind]))),
      labelsOn: new Set(labels.filter((label) => drawLabel(label, this.#random) ?? chosenLabels.has(label))),
    };
  }

  /** Fails closed: if the hook throws, nothing is granted. */
  async #ask(
    kind: keyof Hooks,
    names: readonly string[],
    request: HookRequest,
    deadline: Deadline | undefined,
  ): Promise<ReadonlySet<string>> {
    const hook = this.#hooks[kind];
    if (!hook) return NOTHING;
    try {
      return await askHook(hook, names, request, deadline);
    } catch (error) {
      if (!request.signal.aborted) this.#logger.error({ err: error, names }, `the hook for ${kind} failed`);
      return NOTHING;
    }
  }
}

function isMet(anyOf: Rule['anyOf'], granted: ReadonlySet<string> | undefined): boolean {
  return granted !== undefined && anyOf.some((names) => names.every((name) => granted.has(name)));
}

/**
 * Returns the names in the claim `scope`: separated by spaces, or in a list.
 *
 * https://www.rfc-editor.org/rfc/rfc8693#section-4.2
 */
function scopesOf(claims: HookRequest['claims']): ReadonlySet<string> {
  const scope = claims?.scope;
  if (typeof scope === 'string') return new Set(scope.split(' ').filter(Boolean));
  return Array.isArray(scope) ? new Set(scope.filter((name) => typeof name === 'string')) : NOTHING;
}
