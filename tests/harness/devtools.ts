import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { BROWSER_FLAGS, findBrowser } from './browser.ts';
import { type Afterwards, temporaryFolder } from './graph.ts';

// A browser that a test uses as a person would, by the DevTools protocol: https://chromedevtools.github.io/devtools-protocol/

/** Time within which whatever a test waits for happens on a page, on a busy machine. */
const TIMEOUT_MS = 30_000;

type Parameters = Readonly<Record<string, unknown>>;

/** Window of a browser. */
export interface Window {
  readonly width: number;
  readonly height: number;
  readonly scheme?: 'light' | 'dark';
}

/** Page in a tab. */
export interface Tab {
  /** Addresses that the page has asked for, allowed or not. */
  readonly asked: readonly string[];
  /** Resolves with the value of an expression on the page. */
  evaluate<Value>(expression: string): Promise<Value>;
  /** Resolves with the value of an expression once it is neither false nor null nor an exception. */
  until<Value>(expression: string): Promise<Value>;
  /** Presses keys, one after the other, each by its name in https://www.w3.org/TR/uievents-key/, such as `Tab`, or a letter. */
  press(...keys: string[]): Promise<void>;
  resize(window: Window): Promise<void>;
  /** Writes a picture of the window as PNG. */
  photograph(file: string): Promise<void>;
}

/** Starts a headless browser that can only reach this machine. It ends with the tests. Returns what opens a page in a new tab. */
export async function startBrowser(t: Afterwards): Promise<(url: string, window: Window) => Promise<Tab>> {
  const profile = await temporaryFolder(t);
  const flags = [...BROWSER_FLAGS, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'];
  const browser = spawn(findBrowser() ?? '', flags, { stdio: ['ignore', 'ignore', 'pipe'] });
  t.after(async () => {
    const ended = once(browser, 'exit');
    browser.kill();
    await ended;
  });
  const connection = await Connection.open(await addressOf(browser));
  t.after(() => connection.close());
  return async (url, window) => {
    const { targetId } = await connection.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await connection.send('Target.attachToTarget', { targetId, flatten: true });
    const tab = new BrowserTab(connection, String(sessionId));
    await tab.open(url, window);
    return tab;
  };
}

async function addressOf({ stderr }: ChildProcess): Promise<string> {
  if (!stderr) throw new Error('no output of the browser');
  for await (const line of createInterface({ input: stderr })) {
    const [, address] = /DevTools listening on (ws:\S+)/.exec(line) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error('the browser ended');
}

interface Message {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: Parameters;
  readonly result?: Parameters;
  readonly error?: { readonly message: string };
}

class Connection {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<Parameters>>();
  /** Called with the events of a session, by its id. */
  readonly listeners = new Map<string, (method: string, params: Parameters) => void>();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#take(JSON.parse(String(data))));
  }

  static async open(address: string): Promise<Connection> {
    const socket = new WebSocket(address);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', reject);
    });
    return new Connection(socket);
  }

  send(method: string, params: Parameters = {}, sessionId?: string): Promise<Parameters> {
    this.#last += 1;
    const answer = Promise.withResolvers<Parameters>();
    this.#waiting.set(this.#last, answer);
    this.#socket.send(JSON.stringify({ id: this.#last, method, params, sessionId }));
    return answer.promise;
  }

  close(): void {
    this.#socket.close();
  }

  #take({ id, sessionId = '', method = '', params = {}, result = {}, error }: Message): void {
    if (id === undefined) {
      this.listeners.get(sessionId)?.(method, params);
      return;
    }
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(new Error(error.message));
    else waiting?.resolve(result);
  }
}

class BrowserTab implements Tab {
  readonly asked: string[] = [];
  readonly #connection: Connection;
  readonly #session: string;

  constructor(connection: Connection, session: string) {
    this.#connection = connection;
    this.#session = session;
    connection.listeners.set(session, (method, params) => {
      if (method !== 'Network.requestWillBeSent') return;
      const { request } = params as { request: { url: string } };
      this.asked.push(request.url);
    });
  }

  async open(url: string, window: Window): Promise<void> {
    await this.resize(window);
    for (const domain of ['Network', 'Page', 'Runtime']) await this.#send(`${domain}.enable`);
    await this.#send('Page.navigate', { url });
  }

  async resize({ width, height, scheme = 'light' }: Window): Promise<void> {
    await this.#send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
    const features = [{ name: 'prefers-color-scheme', value: scheme }];
    await this.#send('Emulation.setEmulatedMedia', { features });
  }

  async evaluate<Value>(expression: string): Promise<Value> {
    const { result, exceptionDetails } = (await this.#send('Runtime.evaluate', {
      ...{ expression, awaitPromise: true, returnByValue: true },
    })) as { result: { value: Value }; exceptionDetails?: { exception?: { description?: string } } };
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? 'an exception on the page');
    return result.value;
  }

  async until<Value>(expression: string): Promise<Value> {
    for (const startedAt = performance.now(); ; ) {
      const value = await this.evaluate<Value>(expression).catch(() => undefined);
      if (value !== undefined && value !== null && value !== false) return value;
      if (performance.now() - startedAt > TIMEOUT_MS) throw new Error(`never true: ${expression}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      const { code, text } = KEYS[key] ?? { code: 0, text: key };
      const event = { key, windowsVirtualKeyCode: code, ...(text !== undefined && { text }) };
      await this.#send('Input.dispatchKeyEvent', { type: 'keyDown', ...event });
      await this.#send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
    }
  }

  async photograph(file: string): Promise<void> {
    const { data } = await this.#send('Page.captureScreenshot', { format: 'png' });
    await writeFile(file, Buffer.from(String(data), 'base64'));
  }

  #send(method: string, params: Parameters = {}): Promise<Parameters> {
    return this.#connection.send(method, params, this.#session);
  }
}

/** Keys that aren't letters, with their legacy codes and the text that they enter. */
const KEYS: Readonly<Record<string, { readonly code: number; readonly text?: string }>> = {
  Tab: { code: 9 },
  Enter: { code: 13, text: '\r' },
  Escape: { code: 27 },
  ' ': { code: 32, text: ' ' },
};
