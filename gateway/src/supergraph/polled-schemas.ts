import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { SubgraphClient } from '@lockstep/runtime/http/client/subgraph-client.ts';
import { isRecord } from '@lockstep/runtime/json-record.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { GraphQLError } from 'graphql';
import type { SubgraphSettings } from '../configuration/supergraph-file.ts';

/** A subgraph doesn't give its schema now, and gave none before. */
export class UnknownSchemaError extends ConfigurationError {}

/** What a subgraph is asked for its schema by (the federation specification, "Query._service"). */
const QUERY = '{ _service { sdl } }';

/** The schemas of those subgraphs whose settings say to ask the subgraph itself: `schema.subgraph_url`. */
export class PolledSchemas {
  readonly #secret: string | undefined;
  readonly #logger: Logger;
  /** What each address gave last, whether it could be used or not. */
  readonly #given = new Map<string, string>();
  /** What each address gave when the supergraph that is in force was composed. */
  #used: ReadonlyMap<string, string> = new Map();

  constructor(secret: string | undefined, logger: Logger) {
    this.#secret = secret;
    this.#logger = logger.child({}, { level: 'silent' }); // who asks says what came of it
  }

  /**
   * The schemas as they are now, by the subgraph's name; of a subgraph that can't be asked, as the supergraph in force has it.
   *
   * @throws {UnknownSchemaError} where one can't be asked, and never could
   */
  async read(subgraphs: readonly SubgraphSettings[]): Promise<ReadonlyMap<string, string>> {
    const given = await Promise.all(
      subgraphs.map(async (subgraph) => [subgraph.name, await this.#read(subgraph)] as const),
    );
    return new Map(given.flatMap(([name, sdl]) => (sdl === undefined ? [] : [[name, sdl]])));
  }

  /** What was read last is in force now. */
  keep(): void {
    this.#used = new Map(this.#given);
  }

  /** Whether a subgraph would give another schema than it did last. */
  async haveChanged(subgraphs: readonly SubgraphSettings[]): Promise<boolean> {
    const changes = subgraphs.map(async (subgraph) => {
      const url = urlOf(subgraph);
      if (url === undefined) return false;
      return this.#ask(subgraph, url).then(
        (sdl) => sdl !== this.#given.get(url),
        () => false, // its calls say that it is down
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
        `The subgraph ${subgraph.name} doesn't give its schema at ${url}: ${reasonOf(error)}`,
      );
    }
  }

  async #ask({ name, timeoutMs }: SubgraphSettings, url: string): Promise<string> {
    const client = new SubgraphClient({ name, url, timeoutMs, secret: this.#secret, logger: this.#logger });
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
