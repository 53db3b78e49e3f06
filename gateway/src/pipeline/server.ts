import type { Handler } from '@lockstep/runtime/http/server/server.ts';
import { type ListenAddress, toAuthority } from '../configuration/sections/endpoint.ts';
import type { GatewaySettings } from '../configuration/settings-schema.ts';
import type { LoadedSupergraph } from '../supergraph/loaded-supergraph.ts';
import { RequestHandler } from './request-handler.ts';
import type { ServerParts } from './server-parts.ts';

/** The gateway, started and not listening yet. It serves as its settings say, and changes with them without losing a request. */
export class GatewayServer {
  readonly #parts: ServerParts;
  readonly #listen: ListenAddress;
  #front: RequestHandler;

  private constructor(parts: ServerParts, listen: ListenAddress, front: RequestHandler) {
    this.#parts = parts;
    this.#listen = listen;
    this.#front = front;
  }

  static async start(
    parts: ServerParts,
    settings: GatewaySettings,
    supergraph: LoadedSupergraph,
  ): Promise<GatewayServer> {
    return new GatewayServer(parts, settings.listen, await RequestHandler.open(parts, settings, supergraph));
  }

  readonly handler: Handler = (request, response) => this.#front.handle(request, response);

  /**
   * Prepares to serve this supergraph as these settings say, but for where it listens.
   *
   * @returns what takes both into effect. What is under way ends as it began, and on the supergraph that it began on.
   */
  async prepare(settings: GatewaySettings, supergraph: LoadedSupergraph): Promise<() => void> {
    const replaced = this.#front;
    const front = await RequestHandler.open(this.#parts, settings, supergraph, replaced);
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
