import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { SubgraphClient } from '@lockstep/runtime/http/subgraph-client.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { GraphQLError } from 'graphql';
import type { SubgraphSettings } from '../configuration/supergraph-file.ts';

/** A subgraph doesn't give its schema now, and gave none before. */
export class UnknownSchemaError extends ConfigurationError {}

/** What a subgraph is asked for its schema by (the federation specification, "Query._service"). */
const QUERY = '{ _service { sdl } }';

/** The schemas of those subgraphs whose settings say to ask the subgraph itself: `schema.subgraph_url`. */
export class GivenSchemas {
  readonly #secret: string | undefined;
  readonly #logger: Logger;
  /** What each address gave last. */
  readonly #known = new Map<string, string>();

  constructor(secret: string | undefined, logger: Logger) {
    this.#secret = secret;
    this.#logger = logger.child({}, { level: 'silent' }); // who asks says what came of it
  }

  /**
   * The schemas as they are now, by the subgraph's name; of a subgraph that can't be asked, as it was last.
   *
   * @throws {UnknownSchemaError} where one can't be asked, and never could
   */
  async read(subgraphs: readonly SubgraphSettings[]): Promise<ReadonlyMap<string, string>> {
    const given = await Promise.all(
      subgraphs.map(async (subgraph) => [subgraph.name, await this.#read(subgraph)] as const),
    );
    return new Map(given.flatMap(([name, sdl]) => (sdl === undefined ? [] : [[name, sdl]])));
  }

  /** Whether a subgraph would give another schema than it did last. */
  async haveChanged(subgraphs: readonly SubgraphSettings[]): Promise<boolean> {
    const changes = subgraphs.map(async (subgraph) => {
      const url = urlOf(subgraph);
      if (url === undefined) return false;
      return this.#ask(subgraph, url).then(
        (sdl) => sdl !== this.#known.get(url),
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
      this.#known.set(url, sdl);
      return sdl;
    } catch (error) {
      const known = this.#known.get(url);
      if (known !== undefined) return known;
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  return cause instanceof Error ? cause.message : String(cause);
}
