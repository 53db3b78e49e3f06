import type { Handler } from '@lockstep/runtime/http/server.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { type ListenAddress, toAuthority } from '../configuration/sections/endpoint.ts';
import type { GatewaySettings } from '../configuration/supergraph-schema.ts';
import type { Refusals } from '../protection/refusals.ts';
import type { SupergraphHandover } from '../supergraph/handover.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { Front } from './front.ts';

/** What the gateway's server is made of, whatever the settings. */
export interface ServerParts {
  readonly gateway: SupergraphHandover;
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

  static async start(parts: ServerParts, settings: GatewaySettings): Promise<GatewayServer> {
    return new GatewayServer(parts, settings.listen, await Front.open(parts, settings));
  }

  readonly handler: Handler = (request, response) => this.#front.handle(request, response);

  /** Serves as these settings say from now on, but for where it listens. What is under way ends as it began. */
  async adopt(settings: GatewaySettings): Promise<void> {
    const replaced = this.#front;
    this.#front = await Front.open(this.#parts, settings, replaced);
    replaced.retire();
    const [before, now] = [toAuthority(this.#listen), toAuthority(settings.listen)];
    if (now !== before) {
      this.#parts.logger.error(`gateway.listen: ${now} is refused: a restart takes it, and until then it is ${before}`);
    }
  }

  stop(): Promise<void> {
    return this.#front.close();
  }
}
