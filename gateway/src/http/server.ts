import type { Handler } from '@lockstep/runtime/http/server.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { type ListenAddress, toAuthority } from '../configuration/sections/endpoint.ts';
import type { GatewaySettings } from '../configuration/supergraph-schema.ts';
import type { Refusals } from '../protection/refusals.ts';
import type { LoadedSupergraph } from '../supergraph/loaded-supergraph.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { Front } from './front.ts';

/** What the gateway's server is made of, whatever the settings. */
export interface ServerParts {
  readonly logger: Logger;
  /** Whether new requests are welcome: not while the process stops. */
  isReady(): boolean;
  readonly refusals: Refusals;
  readonly telemetry: Telemetry;
}

/** The gateway, started and not listening yet. It serves as its settings say, and changes with them without losing a request. */
export class GatewayServer {
  readonly #parts: ServerParts;
  readonly #listen: ListenAddress;
  #front: Front;

  private constructor(parts: ServerParts, listen: ListenAddress, front: Front) {
    this.#parts = parts;
    this.#listen = listen;
    this.#front = front;
  }

  static async start(
    parts: ServerParts,
    settings: GatewaySettings,
    supergraph: LoadedSupergraph,
  ): Promise<GatewayServer> {
    return new GatewayServer(parts, settings.listen, await Front.open(parts, settings, supergraph));
  }

  readonly handler: Handler = (request, response) => this.#front.handle(request, response);

  /**
   * Prepares to serve this supergraph as these settings say, but for where it listens.
   *
   * @returns what takes both into effect. What is under way ends as it began, and on the supergraph that it began on.
   */
  async prepare(settings: GatewaySettings, supergraph: LoadedSupergraph): Promise<() => void> {
    const replaced = this.#front;
    const front = await Front.open(this.#parts, settings, supergraph, replaced);
    return () => {
      this.#front = front;
      replaced.retire(front);
      this.#tellIfRefused(settings.listen);
    };
  }

  stop(): Promise<void> {
    return this.#front.close();
  }

  #tellIfRefused(listen: ListenAddress): void {
    const [before, now] = [toAuthority(this.#listen), toAuthority(listen)];
    if (now === before) return;
    this.#parts.logger.error(`gateway.listen: ${now} is refused: a restart takes it, and until then it is ${before}`);
  }
}
