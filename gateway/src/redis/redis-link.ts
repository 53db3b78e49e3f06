import type { Logger } from '@lockstep/runtime/logging.ts';
import { createClient, RESP_TYPES } from '@redis/client';
import { type RedisState, redisStates } from './redis-states.ts';

/** Time between attempts to connect, and after a failure before Redis is asked again. */
const PAUSE_MS = 1000;
const CONNECT_TIMEOUT_MS = 1000;
/** Time for which a server that doesn't greet is waited for. */
const IDLE_TIMEOUT_MS = 5000;
const PING_INTERVAL_MS = 1000;

type Client = ReturnType<typeof createClient>;

/** A command and its arguments. */
export type Command = readonly (string | Buffer)[];

export interface RedisLinkOptions {
  readonly url: string;
  /** Longest time that a command waits for its reply. */
  readonly timeoutMs: number;
  readonly use: string;
  /** Text of the log while Redis answers, and once it does not. */
  readonly log: { readonly up: string; readonly down: string };
}

/**
 * Connection to a Redis that nothing depends on: while it is slow or lost, commands have no reply. An outage is logged once, and so
 * is its end. A connection on which a reply is late is given up with all that waits on it, which bounds what a Redis that hangs
 * holds.
 */
export class RedisLink implements RedisState {
  readonly use: string;
  readonly #options: RedisLinkOptions;
  readonly #logger: Logger;
  #client: Client | undefined;
  #retry: NodeJS.Timeout | undefined;
  #pausedUntil = 0;
  /** Undefined until it is known. */
  #isUp: boolean | undefined;
  #isClosed = false;

  constructor(options: RedisLinkOptions, logger: Logger) {
    this.use = options.use;
    this.#options = options;
    this.#logger = logger;
    redisStates.add(this);
    this.#connect();
  }

  get isUp(): boolean {
    return this.#isUp === true;
  }

  /** Returns true if it makes sense to send a command. */
  get isReady(): boolean {
    return this.#client?.isReady === true && performance.now() >= this.#pausedUntil;
  }

  /** Resolves with the reply to a command, whose texts are buffers; with undefined if Redis doesn't give it in time. */
  async run(command: Command): Promise<unknown> {
    const client = this.#client;
    if (!client || !this.isReady) return undefined;
    const late = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => setImmediate(late.resolve, 'late'), this.#options.timeoutMs);
    try {
      const reply = client.sendCommand(command, { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } });
      const first = await Promise.race([reply.then((value) => ({ value })), late.promise]);
      if (first === 'late') {
        this.#giveUp(client, new Error(`no answer within ${this.#options.timeoutMs} ms`));
        return undefined;
      }
      this.#noteUp();
      return first.value;
    } catch (error) {
      this.#pausedUntil = performance.now() + PAUSE_MS;
      this.#noteDown(error);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#isClosed = true;
    redisStates.delete(this);
    clearTimeout(this.#retry);
    this.#client?.destroy();
  }

  #connect(): void {
    const client: Client = createClient({
      url: this.#options.url,
      disableOfflineQueue: true,
      pingInterval: PING_INTERVAL_MS,
      socket: { connectTimeout: CONNECT_TIMEOUT_MS, reconnectStrategy: PAUSE_MS, socketTimeout: IDLE_TIMEOUT_MS },
      commandOptions: { timeout: 0 }, // by default each command has an AbortSignal
    });
    this.#client = client;
    const noteDown = (error: unknown) => {
      if (client === this.#client) this.#noteDown(error);
    };
    client.on('ready', () => client === this.#client && this.#noteUp());
    client.on('error', noteDown);
    client.connect().catch(noteDown);
  }

  #giveUp(client: Client, error: Error): void {
    if (client !== this.#client || this.#isClosed) return;
    this.#client = undefined;
    this.#noteDown(error);
    client.destroy();
    this.#retry = setTimeout(() => this.#connect(), PAUSE_MS).unref();
  }

  #noteUp(): void {
    if (this.#isUp || this.#isClosed) return;
    const again = this.#isUp === false ? ' again' : '';
    this.#isUp = true;
    this.#logger.info(`Redis answers${again}: ${this.#options.log.up}`);
  }

  #noteDown(error: unknown): void {
    if (this.#isUp === false || this.#isClosed) return;
    this.#isUp = false;
    this.#logger.warn({ err: error }, this.#options.log.down);
  }
}
