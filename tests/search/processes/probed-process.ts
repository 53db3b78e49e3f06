import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type { Afterwards } from '../../harness/graph.ts';
import type { RunningProcess } from '../../harness/process.ts';
import type { Order, Reading } from './probe-messages.ts';

const PROBE = pathToFileURL(join(import.meta.dirname, 'probe.ts')).href;

/** Longest time that a process may work on after its answer. It counts as killed after that. */
const IDLE_WITHIN_MS = 12_000;

/** A process whose probe is connected. */
export interface ProbedProcess {
  readonly name: string;
  readonly process: RunningProcess;
  /** Starts measuring, after a garbage collection if `collect` is true. */
  begin(collect: boolean): Promise<void>;
  /** Resolves with the figures since `begin` once the process is idle. */
  end(): Promise<Reading>;
  /** Resolves with the memory in use after a garbage collection, in MB. */
  usedMb(): Promise<number>;
}

/** Port to which the probes of started processes connect. */
export interface ProbePort {
  /** Environment variables with which a process is started. */
  readonly env: Readonly<Record<string, string>>;
  /** Resolves with the process once its probe is connected. */
  probed(name: string, process: RunningProcess): Promise<ProbedProcess>;
}

/** Listens for probes until the end of the scope. */
export async function openProbePort(t: Afterwards): Promise<ProbePort> {
  const channels = new Map<number, (channel: Channel) => void>();
  const connected = new Map<number, Promise<Channel>>();
  const channelOf = (pid: number): Promise<Channel> => {
    const channel = connected.get(pid) ?? new Promise<Channel>((resolve) => channels.set(pid, resolve));
    connected.set(pid, channel);
    return channel;
  };
  const server = createServer((socket) => {
    const channel = new Channel(socket);
    void channel.next().then((pid) => {
      void channelOf(Number(pid));
      channels.get(Number(pid))?.(channel);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return {
    env: { SEARCH_PORT: String(port), NODE_OPTIONS: `--import=${PROBE}` },
    probed: async (name, process) => probedProcess(name, process, await channelOf(process.pid)),
  };
}

function probedProcess(name: string, process: RunningProcess, channel: Channel): ProbedProcess {
  return {
    ...{ name, process },
    begin: async (collect) => void (await channel.ask({ do: 'begin', collect })),
    end: async () => JSON.parse(await channel.ask({ do: 'end', timeoutMs: IDLE_WITHIN_MS })),
    usedMb: async () => JSON.parse(await channel.ask({ do: 'used' })).usedMb,
  };
}

/** A connection of a probe, which replies to one order at a time with a line. */
class Channel {
  readonly #socket: Socket;
  #waiting: { resolve(line: string): void; reject(error: Error): void } | undefined;
  #isClosed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    const lines = createInterface({ input: socket }).on('line', (line) => this.#waiting?.resolve(line));
    for (const emitter of [socket, lines]) emitter.on('error', () => {}); // `close` follows
    socket.on('close', () => {
      this.#isClosed = true;
      this.#waiting?.reject(new Error('the process has ended'));
    });
  }

  ask(order: Order): Promise<string> {
    const reply = this.next();
    this.#socket.write(`${JSON.stringify(order)}\n`);
    return reply;
  }

  next(): Promise<string> {
    if (this.#isClosed) return Promise.reject(new Error('the process has ended'));
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.#waiting = { resolve, reject };
    return promise;
  }
}
