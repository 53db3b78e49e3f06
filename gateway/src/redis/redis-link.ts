import type { Logger } from '@lockstep/runtime/logging.ts';
import { createClient, RESP_TYPES } from '@redis/client';
import { type RedisState, redisStates } from './redis-states.ts';

/** Time between attempts to connect, and after a failure before Redis is asked again. */
const PAUSE_MS = 1000;
/** Time after a command was refused in which others that are not don't end the outage. */
const REFUSING_MS = 10_000;
const CONNECT_TIMEOUT_MS = 1000;
/** Time for which a server that doesn't greet is waited for. */
const IDLE_TIMEOUT_MS = 5000;
/** Interval at which it is asked if it is there. */
const PULSE_MS = 1000;

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
  readonly #pulse: NodeJS.Timeout;
  #pausedUntil = 0;
  /** Commands may be refused while others are not, such as those that write if its memory is full. */
  #refusingUntil = 0;
  /** Undefined until it is known. */
  #isUp: boolean | undefined;
  #isClosed = false;

  constructor(options: RedisLinkOptions, logger: Logger) {
    this.use = options.use;
    this.#options = options;
    this.#logger = logger;
    redisStates.add(this);
    this.#connect();
    this.#pulse = setInterval(() => void this.#ping(), PULSE_MS).unref();
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
    try {
      const reply = await this.#send(client, command);
      if (reply && performance.now() >= this.#refusingUntil) this.#noteUp();
      return reply?.value;
    } catch (error) {
      this.#pausedUntil = performance.now() + PAUSE_MS;
      this.#refusingUntil = performance.now() + REFUSING_MS;
      this.#noteDown(error);
      return undefined;
    }
  }

  close(): void {
    this.#isClosed = true;
    redisStates.delete(this);
    clearInterval(this.#pulse);
    clearTimeout(this.#retry);
    this.#client?.destroy();
  }

  #connect(): void {
    const client: Client = createClient({
      url: this.#options.url,
      disableOfflineQueue: true,
      socket: { connectTimeout: CONNECT_TIMEOUT_MS, reconnectStrategy: PAUSE_MS, socketTimeout: IDLE_TIMEOUT_MS },
      commandOptions: { timeout: 0 }, // by default each command has an AbortSignal
    });
    this.#client = client;
    const noteDown = (error: unknown) => {
      if (client === this.#client) this.#noteDown(error);
    };
    client.on('ready', () => {
      if (client !== this.#client) return;
      this.#refusingUntil = 0;
      this.#noteUp();
    });
    client.on('error', noteDown);
    client.connect().catch(noteDown);
  }

  /** Finds out that Redis hangs when nothing else is sent. A reply doesn't tell that it takes other commands. */
  async #ping(): Promise<void> {
    if (this.#client?.isReady) await this.#send(this.#client, ['PING']).catch(() => {});
  }

  /** Resolves with undefined if the reply is late: then the connection is given up. */
  async #send(client: Client, command: Command): Promise<{ readonly value: unknown } | undefined> {
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const { timeoutMs } = this.#options;
    const timer = setTimeout(() => setImmediate(resolve, undefined), timeoutMs);
    try {
      const reply = client.sendCommand(command, { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } });
      const first = await Promise.race([reply.then((value) => ({ value })), late]);
      if (!first) this.#giveUp(client, new Error(`no answer within ${timeoutMs} ms`));
      return first;
    } finally {
      clearTimeout(timer);
    }
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
