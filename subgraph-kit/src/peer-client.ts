import { SubgraphClient, type SubgraphClientOptions } from '@lockstep/runtime/http/client/subgraph-client.ts';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { Peer } from './peers.ts';
import type { SubgraphTls } from './subgraph-tls.ts';
import { UnusableAnswers } from './unusable-answers.ts';

/** Parts of the calling subgraph: the secret that it shares with peers that have none of their own, and its log. */
export interface Caller {
  readonly config: {
    readonly secret: string | undefined;
    /** With an access log, each call that fails is logged. */
    readonly telemetry?: { readonly hasAccessLog: boolean };
    readonly tls?: Pick<SubgraphTls, 'client'> | undefined;
  };
  readonly logger: Logger;
}

/** Returns the options of a client of another subgraph. */
export function peerOptions(
  name: string,
  { urls, timeoutMs, secret }: Peer,
  { config, logger }: Caller,
): SubgraphClientOptions {
  const logsFailures = config.telemetry?.hasAccessLog;
  return {
    name,
    url: urls[0],
    urls,
    timeoutMs,
    secret: secret ?? config.secret,
    tls: config.tls?.client,
    logger,
    logsFailures,
  };
}

const ENTITIES_EXIST = `query EntitiesExist($representations: [_Any!]!) {
  _entities(representations: $representations) { __typename }
}`;

/** Representation of an entity whose key is its id. */
export interface Representation {
  readonly __typename: string;
  readonly id: string;
}

/** Client that asks another subgraph if objects exist. */
export class PeerClient {
  readonly #client: SubgraphClient;
  readonly #unusable: UnusableAnswers;

  constructor(name: string, peer: Peer, caller: Caller) {
    this.#client = new SubgraphClient(peerOptions(name, peer, caller));
    this.#unusable = new UnusableAnswers(name, caller.logger);
  }

  /**
   * Asks the root field `field(id:)`, which is null for an unknown id. The body decides, not the HTTP status, which only says
   * if there is an answer.
   *
   * @throws `SUBGRAPH_UNAVAILABLE`, `DEADLINE_EXCEEDED` if that could not be found out
   */
  async exists(field: string, id: string, lifetime: Lifetime): Promise<boolean> {
    const query = `query Exists($id: ID!) { ${field}(id: $id) { id } }`;
    const { data, errors } = await this.#client.call({ query, variables: { id } }, lifetime);
    const object = data?.[field];
    if (errors || object === undefined) throw this.#unusable.toError({ data, errors });
    return object !== null;
  }

  /**
   * Asks which of these entities exist, of whatever types. The result is in their order.
   *
   * @throws `SUBGRAPH_UNAVAILABLE`, `DEADLINE_EXCEEDED` if that could not be found out
   */
  async entitiesExist(representations: readonly Representation[], lifetime: Lifetime): Promise<boolean[]> {
    const { data, errors } = await this.#client.call(
      { query: ENTITIES_EXIST, variables: { representations } },
      lifetime,
    );
    const entities = data?._entities;
    if (errors || !Array.isArray(entities) || entities.length !== representations.length) {
      throw this.#unusable.toError({ data, errors });
    }
    return entities.map((entity) => entity !== null);
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
