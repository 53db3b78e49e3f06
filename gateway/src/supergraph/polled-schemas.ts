import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { SubgraphClient } from '@lockstep/runtime/http/client/subgraph-client.ts';
import { isRecord } from '@lockstep/runtime/json-record.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { withoutQuery } from '@lockstep/runtime/url-credentials.ts';
import { GraphQLError } from 'graphql';
import { toClientTls } from '../configuration/certificates.ts';
import { type SubgraphSettings, secretOf } from '../configuration/supergraph-file.ts';

/** A subgraph that doesn't give its schema, and never did. */
export class UnknownSchemaError extends ConfigurationError {}

/** Query for a subgraph's schema: https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec#query_service */
const QUERY = '{ _service { sdl } }';

/** Schemas of the subgraphs that have to be asked for them: `schema.subgraph_url`. */
export class PolledSchemas {
  readonly #secret: string | undefined;
  readonly #logger: Logger;
  /** SDL that each address gave last, usable or not. */
  readonly #given = new Map<string, string>();
  /** SDL of each address in the supergraph that is served. */
  #used: ReadonlyMap<string, string> = new Map();

  constructor(secret: string | undefined, logger: Logger) {
    this.#secret = secret;
    this.#logger = logger.child({}, { level: 'silent' }); // the caller reports failures
  }

  /**
   * Reads the schemas, by the subgraph's name. For a subgraph that can't be asked, the one that is served stands.
   *
   * @throws {UnknownSchemaError} if one can't be asked, and never could
   */
  async read(subgraphs: readonly SubgraphSettings[]): Promise<ReadonlyMap<string, string>> {
    const given = await Promise.all(
      subgraphs.map(async (subgraph) => [subgraph.name, await this.#read(subgraph)] as const),
    );
    return new Map(given.flatMap(([name, sdl]) => (sdl === undefined ? [] : [[name, sdl]])));
  }

  /** Notes that what was read last is served now. */
  keep(): void {
    this.#used = new Map(this.#given);
  }

  /** Resolves with true if a subgraph would give another schema than it did last. */
  async haveChanged(subgraphs: readonly SubgraphSettings[]): Promise<boolean> {
    const changes = subgraphs.map(async (subgraph) => {
      const url = urlOf(subgraph);
      if (url === undefined) return false;
      return this.#ask(subgraph, url).then(
        (sdl) => sdl !== this.#given.get(url),
        () => false, // its calls report that it is down
      );
    });
    return (await Promise.all(changes)).includes(true);
  }

  async #read(subgraph: SubgraphSettings): Promise<string | undefined> {
    const url = urlOf(subgraph);
    if (url === undefined) return undefined;
    try {
      const sdl = await this.#ask(subgraph, url);
      this.#given.set(url, sdl);
      return sdl;
    } catch (error) {
      const used = this.#used.get(url);
      if (used !== undefined) return used;
      throw new UnknownSchemaError(
        `The subgraph ${subgraph.name} doesn't give its schema at ${withoutQuery(url)}: ${reasonOf(error)}`,
      );
    }
  }

  async #ask(subgraph: SubgraphSettings, url: string): Promise<string> {
    const { name, timeoutMs, certificates } = subgraph;
    const tls = toClientTls(certificates);
    const secret = secretOf(subgraph, this.#secret);
    const client = new SubgraphClient({ name, url, timeoutMs, secret, tls, logger: this.#logger });
    try {
      const { data, errors } = await client.call({ query: QUERY });
      const sdl = sdlOf(data);
      if (sdl === undefined) throw new Error(errors?.[0]?.message ?? `it answers ${QUERY} with something else`);
      return sdl;
    } finally {
      await client.close();
    }
  }
}

function urlOf({ schema }: SubgraphSettings): string | undefined {
  return 'subgraph_url' in schema ? schema.subgraph_url : undefined;
}

function sdlOf(data: unknown): string | undefined {
  const service = isRecord(data) ? data._service : undefined;
  return isRecord(service) && typeof service.sdl === 'string' ? service.sdl : undefined;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  return cause instanceof Error ? cause.message : String(cause);
}
