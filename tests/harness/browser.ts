import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type Afterwards, temporaryFolder } from './graph.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ELSEWHERE = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/** Arguments of a fresh headless browser that can only reach this machine. */
export const BROWSER_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
];

/** Virtual time that passes in the page before it is read. It stops while the page waits for a response. */
const PAGE_TIME_MS = 5000;
const TIMEOUT_MS = 45_000;
/** Virtual time rarely stops for ever on a busy machine: then another browser is tried. */
const ATTEMPTS = 3;
const MAX_PAGE_BYTES = 64 * 1024 * 1024;

const MISSING = 'no browser: install Chromium (apt-get install chromium), or set CHROMIUM_PATH to one';

/** Reason for `test(name, { skip: withoutBrowser }, …)` if there is no browser. CI has to have one. */
export const withoutBrowser = findBrowser() === undefined && process.env.CI !== 'true' && MISSING;

/** Opens an address in a real browser. Resolves with the page after its scripts have run. */
export async function openInBrowser(t: Afterwards, url: string): Promise<string> {
  const browser = findBrowser();
  if (browser === undefined) throw new Error(MISSING);
  for (let attempt = 1; ; attempt += 1) {
    const profile = await temporaryFolder(t);
    const page = [`--user-data-dir=${profile}`, `--virtual-time-budget=${PAGE_TIME_MS}`, '--dump-dom', url];
    try {
      const options = { timeout: TIMEOUT_MS, maxBuffer: MAX_PAGE_BYTES };
      return (await promisify(execFile)(browser, [...BROWSER_FLAGS, ...page], options)).stdout;
    } catch (error) {
      const isOverdue = error instanceof Error && 'killed' in error && error.killed === true;
      if (!isOverdue || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Returns the path of a browser; undefined if there is none. */
export function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [process.env.CHROMIUM_PATH ?? '', ...found, ...ELSEWHERE].find((path) => existsSync(path));
}
