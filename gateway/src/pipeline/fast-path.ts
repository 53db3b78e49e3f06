import {
  type ApolloServerPlugin,
  type GraphQLRequestListener,
  type GraphQLResponse,
  HeaderMap,
  type HTTPGraphQLHead,
} from '@apollo/server';
import { documentBytes, shareOfHeap } from '@lockstep/runtime/caching/heap-bytes.ts';
import { HeldBytes } from '@lockstep/runtime/caching/held-bytes.ts';
import type { GraphQLParams, KnownRequest } from '@lockstep/runtime/http/server/graphql.ts';
import { KnownOperations } from '@lockstep/runtime/http/server/known-operations.ts';
import { plainRequestOf } from '@lockstep/runtime/http/server/plain-request.ts';
import type { OperationTypeNode } from 'graphql';
import type { ClientOperation } from '../operations/client-operation.ts';
import type { OperationResult } from '../operations/operation-result.ts';
import type { LoadedSupergraph } from '../supergraph/loaded-supergraph.ts';
import type { Context } from '../supergraph/request-context.ts';
import type { DemandControl } from './cost/demand-control.ts';
import { planExtensions } from './responses/plan-report.ts';
import {
  isWorthRepeating,
  type MadeAnswer,
  SharedAnswers,
  type SharedRun,
  type SharingContext,
  type WaitingRequest,
} from './shared-answers.ts';

/** An empty HTTP head. Apollo Server only reads it. */
const NO_HEAD: HTTPGraphQLHead = { headers: new HeaderMap() };

/** Bound of the operations that are known, with their documents. */
const MAX_BYTES = shareOfHeap(1 / 64);

/** Bytes of a known operation beside its document. */
const KNOWN_BYTES = 600;

/** Fields of an operation's context that the fast path reads and writes. */
type FastPathContext = Pick<Context, 'begun'> & SharingContext;

/** An operation that Apollo Server has let through. */
interface KnownOperation extends ClientOperation {
  readonly kind: OperationTypeNode;
  readonly name: string | undefined;
  /** Tells if it is within the limit of its cost with these variables; undefined if it is with any. */
  readonly withinLimit: ((variables: NonNullable<Variables>) => boolean) | undefined;
}

/**
 * Runs the operations that one Apollo Server has let through: known ones without it, and new ones before it would hand them
 * to its gateway.
 */
export class FastPath<OperationContext extends FastPathContext = Context> {
  readonly #supergraph: Pick<LoadedSupergraph, 'run'>;
  readonly #demandControl: Pick<DemandControl, 'withinLimit'> | undefined;
  readonly #known = new KnownOperations<KnownOperation>(MAX_BYTES);
  /** Undefined if each request is to be run by itself. */
  readonly #shared: SharedAnswers | undefined;

  constructor(
    supergraph: Pick<LoadedSupergraph, 'run'>,
    demandControl?: Pick<DemandControl, 'withinLimit'>,
    shared?: SharedAnswers,
  ) {
    this.#supergraph = supergraph;
    this.#demandControl = demandControl;
    this.#shared = shared;
  }

  /**
   * Runs compiled operations before Apollo Server hands them to its gateway. It would give the gateway each request as an
   * object with a getter, and V8 makes getters in the old generation, so that all of the request, its answer too, outlives
   * every minor collection and is promoted: a seventh of the gateway's CPU on `page` and `user`.
   *
   * An answer with errors, and an operation that isn't compiled, go on to the gateway all the same: the first is only
   * handed over there, for Apollo Server to report, count and format it. So plugins meet `executionDidStart` for those
   * only, and every other hook as ever. This one has to stand behind all plugins that answer operations themselves.
   */
  plugin(): ApolloServerPlugin<OperationContext> {
    const listener: GraphQLRequestListener<OperationContext> = {
      responseForOperation: async ({ request, document, queryHash, source, operation, contextValue }) => {
        if (!operation || queryHash === undefined || contextValue.begun) return null;
        const { operationName, variables } = request;
        const { operation: kind, name } = operation;
        const withinLimit = this.#demandControl?.withinLimit({ document, operation, queryHash, operationName });
        const known = { document, queryHash, source, operationName, kind, name: name?.value, withinLimit };
        return this.#respond(known, variables, contextValue);
      },
    };
    return { requestDidStart: async () => listener };
  }

  /**
   * Returns a function that runs a request whose document Apollo Server has accepted before, if its plan does not depend on the
   * request. Bypassing Apollo Server saves a fifth to a quarter of the gateway's CPU. Only for a server whose plugins do not
   * need to see each operation.
   */
  find(params: GraphQLParams): KnownRequest<OperationContext> | undefined {
    const plain = plainRequestOf(params);
    const known = plain && this.#known.get(plain.query, plain.operationName);
    if (!known || known.withinLimit?.(plain.variables) === false) return undefined;
    return (context) => this.#answer(known, plain.variables, context);
  }

  async #respond(
    known: KnownOperation,
    variables: Variables,
    context: OperationContext,
  ): Promise<GraphQLResponse | null> {
    const running = this.#run(known, variables, context);
    if (!running) return null;
    const data = await this.#dataOf(running, context);
    const isCompiled = data !== undefined || context.begun !== undefined;
    if (isCompiled) this.#keep(known);
    return data === undefined ? null : { http: NO_HEAD, body: { kind: 'single', singleResult: { data } } };
  }

  #keep(known: KnownOperation): void {
    const held = new HeldBytes();
    held.add(KNOWN_BYTES + documentBytes(known.document));
    this.#known.set(known.source, known.operationName, known, held);
  }

  async #answer(known: KnownOperation, variables: Variables, context: OperationContext): Promise<string | undefined> {
    const shared = this.#shared;
    const isShareable = shared && known.kind === 'query' && isEmpty(variables) && SharedAnswers.fits(context);
    const made = isShareable
      ? await this.#answerTogether(shared, known, context)
      : await this.#make(known, variables, context);
    if (!made) return undefined;
    context.record?.noteOperation(known.kind, known.name);
    context.record?.noteAnswer(made.data, []);
    context.record?.noteExecution(known, variables);
    return made.text;
  }

  /** Takes the answer that is being made for another client, or makes one that others can take. */
  async #answerTogether(
    shared: SharedAnswers,
    known: KnownOperation,
    context: OperationContext & WaitingRequest,
  ): Promise<MadeAnswer | undefined> {
    const joined = shared.find(known);
    const answer = joined ?? shared.begin(known, (own) => this.#runFor({ ...context, ...own }, known));
    const run = await answer.wait({ signal: context.signal }); // at its deadline, the run has what there is by then
    if (joined && !run.made && (await isWorthRepeating(run, context))) return this.#make(known, undefined, context);
    context.begun = run.begun;
    return run.made;
  }

  async #runFor(context: OperationContext, known: KnownOperation): Promise<SharedRun> {
    const made = await this.#make(known, undefined, context);
    return { made, begun: context.begun };
  }

  async #make(known: KnownOperation, variables: Variables, context: OperationContext): Promise<MadeAnswer | undefined> {
    const running = this.#run(known, variables, context);
    const data = running && (await this.#dataOf(running, context));
    if (data === undefined) return undefined;
    const { timeline } = context;
    const text = `${JSON.stringify(timeline ? { data, extensions: planExtensions(timeline) } : { data })}\n`;
    return { data, text };
  }

  /** Returns undefined if there is no code that is the same for every request. */
  #run(known: KnownOperation, variables: Variables, context: OperationContext): ReturnType<LoadedSupergraph['run']> {
    const { document, queryHash, source, operationName } = known;
    return this.#supergraph.run({ request: { operationName, variables }, document, queryHash, source, context });
  }

  /** Resolves with undefined if there are errors: Apollo Server has to report them, so the run is left to it. */
  async #dataOf(running: Running, context: OperationContext): Promise<OperationResult['data']> {
    try {
      const result = await running;
      if (!result) return undefined;
      if (!result.errors && result.data !== undefined) return result.data;
    } catch {
      // It rejects again where Apollo Server expects it.
    }
    context.begun = running;
    return undefined;
  }
}

type Running = NonNullable<ReturnType<LoadedSupergraph['run']>>;

function isEmpty(variables: Variables): boolean {
  for (const _ in variables) return false;
  return true;
}

type Variables = Readonly<Record<string, unknown>> | undefined;
