import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type Afterwards, temporaryFolder } from './graph.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ELSEWHERE = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/** A fresh browser without a window, that reaches this machine only. */
const FLAGS = [
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

/** How much time passes in the page before it is looked at. It stands still while the page waits for an answer. */
const PAGE_TIME_MS = 5000;
const TIMEOUT_MS = 60_000;
const MAX_PAGE_BYTES = 64 * 1024 * 1024;

const MISSING = 'no browser: install Chromium (apt-get install chromium), or set CHROMIUM_PATH to one';

/** For `test(name, { skip: withoutBrowser }, …)`: says what to do where there is no browser. In CI there has to be one. */
export const withoutBrowser = findBrowser() === undefined && process.env.CI !== 'true' && MISSING;

/** Opens the address in a real browser, and gives the page as it is once its scripts have run. */
export async function openInBrowser(t: Afterwards, url: string): Promise<string> {
  const browser = findBrowser();
  if (browser === undefined) throw new Error(MISSING);
  const profile = await temporaryFolder(t);
  const page = [`--user-data-dir=${profile}`, `--virtual-time-budget=${PAGE_TIME_MS}`, '--dump-dom', url];
  const { stdout } = await promisify(execFile)(browser, [...FLAGS, ...page], {
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_PAGE_BYTES,
  });
  return stdout;
}

function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [process.env.CHROMIUM_PATH ?? '', ...found, ...ELSEWHERE].find((path) => existsSync(path));
}
