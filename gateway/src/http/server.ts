import type { Handler } from '@lockstep/runtime/http/server.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { Config } from '../configuration/environment.ts';
import type { GatewaySettings } from '../configuration/supergraph-schema.ts';
import type { SupergraphHandover } from '../supergraph/handover.ts';
import { Front } from './front.ts';

/** What the gateway's server is made of, whatever the settings. */
export interface ServerParts {
  readonly gateway: Pick<SupergraphHandover, 'load' | 'onSchemaLoadOrUpdate'>;
  readonly config: Config;
  readonly logger: Logger;
}

/** The gateway, started and not listening yet. It serves as its settings say, and changes with them without losing a request. */
export class GatewayServer {
  readonly #parts: ServerParts;
  #front: Front;

  private constructor(parts: ServerParts, front: Front) {
    this.#parts = parts;
    this.#front = front;
  }

  static async start(parts: ServerParts, settings: GatewaySettings): Promise<GatewayServer> {
    return new GatewayServer(parts, await Front.open(parts, settings));
  }

  readonly handler: Handler = (request, response) => this.#front.handle(request, response);

  /** Serves as these settings say from now on. What is under way ends as it began. */
  async adopt(settings: GatewaySettings): Promise<void> {
    const replaced = this.#front;
    this.#front = await Front.open(this.#parts, settings, replaced);
    replaced.retire();
  }

  stop(): Promise<void> {
    return this.#front.close();
  }
}
