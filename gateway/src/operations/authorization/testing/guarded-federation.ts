import { createLogger } from '@lockstep/runtime/logging.ts';
import { parse, validate } from 'graphql';
import type { HookRequest } from '../../../hooks/choice-hook.ts';
import { OperationPlanner } from '../../../planning/apollo/operation-planner.ts';
import { UnplannableOperationError } from '../../../planning/unplannable-operation-error.ts';
import { CompiledOperation } from '../../compiled-operation.ts';
import type { OperationResult } from '../../operation-result.ts';
import { Operations, type OperationsOptions } from '../../operations.ts';
import { RequestDependentOperation } from '../../request-dependent-operation.ts';
import { Federation, type FederationOptions } from '../../testing/federation.ts';
import { type Hooks, VariantChoice } from '../../variant-choice.ts';

/** Sender of a request. It has no claims without a token. */
export type Asking = Partial<Pick<HookRequest, 'claims' | 'headers' | 'signal'>>;

export interface GuardedOptions extends Partial<FederationOptions>, OperationsOptions {
  /** In place of one that is made of `subgraphs`. */
  readonly federation?: Federation;
  readonly hooks?: Hooks;
  /** The supergraph in place of the composed one. */
  readonly supergraphSdl?: string;
  readonly random?: () => number;
}

/** Subgraphs in this process, whose operations are what whoever asks may see of them. */
export class GuardedFederation {
  readonly federation: Federation;
  readonly operations: Operations;
  readonly #choice: VariantChoice;

  constructor({ hooks = {}, federation, supergraphSdl, random, denied = 'removed', ...options }: GuardedOptions) {
    this.federation = federation ?? new Federation({ subgraphs: {}, ...options });
    const planner = supergraphSdl === undefined ? this.federation.planner : new OperationPlanner(supergraphSdl);
    this.operations = new Operations(planner, { denied });
    this.#choice = new VariantChoice(hooks, createLogger('test', { format: 'json', level: 'silent' }), random);
  }

  async ask(query: string, asking: Asking = {}, variables?: Record<string, unknown>): Promise<OperationResult> {
    return this.federation.run(await this.compile(query, asking), variables);
  }

  async compile(query: string, { claims, headers = {}, signal }: Asking = {}): Promise<CompiledOperation> {
    const document = parse(query);
    const [invalid] = validate(this.operations.planner.apiSchema, document);
    if (invalid) throw invalid;
    const found = await this.operations.get({ document, source: query, queryHash: query, operationName: undefined });
    const request = { claims, headers, signal: signal ?? new AbortController().signal };
    const compiled =
      found instanceof RequestDependentOperation
        ? await this.operations.variant(found, await this.#choice.choose(found, request))
        : found;
    if (compiled instanceof CompiledOperation) return compiled;
    throw new UnplannableOperationError(compiled.reason);
  }
}
