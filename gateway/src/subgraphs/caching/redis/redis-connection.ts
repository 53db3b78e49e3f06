import { createClient, RESP_TYPES } from '@redis/client';
import { DROP, JOIN, LOOKUP } from './scripts.ts';

/** Time between attempts to connect. */
const RECONNECT_MS = 100;
const CONNECT_TIMEOUT_MS = 500;
/** Time without anything sent or received after which a connection is given up. */
const IDLE_TIMEOUT_MS = 5000;

/** A script, by its name. */
export type Script = 'join' | 'lookup' | 'drop';

type Argument = string | Buffer;

/** Connection to a server on which the scripts are loaded. */
export interface Session {
  /** Id of the server's run: another one after a restart, even if it has read its data from disk. */
  readonly run: string;
  readonly hashes: Readonly<Record<Script, string>>;
}

/** One pipelined connection to Redis, made anew until it is closed. Commands reject while there is none. */
export class RedisConnection {
  readonly #client: ReturnType<typeof createClient>;
  #session: Session | undefined;

  /** @param onReady called once a connection can be used @param onLost called for each failure */
  constructor(url: string, onReady: () => void, onLost: (error: unknown) => void) {
    this.#client = createClient({
      url,
      disableOfflineQueue: true,
      socket: {
        connectTimeout: CONNECT_TIMEOUT_MS,
        reconnectStrategy: RECONNECT_MS,
        socketTimeout: IDLE_TIMEOUT_MS,
      },
      commandOptions: { timeout: 0 }, // by default each command has an AbortSignal
    });
    this.#client.on('ready', () => this.prepare().then(onReady, onLost));
    this.#client.on('error', (error) => {
      this.#session = undefined;
      onLost(error);
    });
    this.#client.connect().catch(onLost);
  }

  get session(): Session | undefined {
    return this.#session;
  }

  /** Runs a script. Resolves with its reply, whose texts are buffers. */
  run(session: Session, script: Script, keys: readonly Argument[], given: readonly Argument[]): Promise<unknown> {
    return this.send(['EVALSHA', session.hashes[script], String(keys.length), ...keys, ...given]);
  }

  send(command: readonly Argument[]): Promise<unknown> {
    return this.#client.sendCommand(command, { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } });
  }

  close(): void {
    this.#session = undefined;
    this.#client.destroy();
  }

  /** Loads the scripts, which Redis may have forgotten. */
  async prepare(): Promise<void> {
    const loads = [JOIN, LOOKUP, DROP].map((script) => this.#client.scriptLoad(script));
    const [info, join = '', lookup = '', drop = ''] = await Promise.all([this.#client.info('server'), ...loads]);
    const run = /^run_id:(\w+)/m.exec(info)?.[1];
    if (run === undefined) throw new Error('INFO gives no run_id');
    this.#session = { run, hashes: { join, lookup, drop } };
  }
}
