import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Handler } from '@lockstep/runtime/http/server/server.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { GRAPHIQL_PATH } from '../../configuration/sections/endpoint.ts';
import { PageFile } from './page.ts';

/** Media types of the files that are served; others, such as source maps and sources, aren't. */
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.ttf': 'font/ttf',
};

/** Files that pages load. */
export interface PageFolder {
  /** Path of the folder, with a slash at its end. It changes with the files, so that no file at it ever changes. */
  readonly folder: string;
  /** Handlers by path. */
  readonly handlers: Readonly<Record<string, Handler>>;
}

/** Lists the files of a folder. Each is read for its first request. */
export function pageFolder(installed: string, folder: string, logger: Logger): PageFolder {
  const handlers = readdirSync(installed).flatMap((name) => {
    const type = TYPES[extname(name)];
    if (type === undefined) return [];
    return [[folder + name, new PageFile(() => readFile(join(installed, name)), type, logger).handle] as const];
  });
  return { folder, handlers: Object.fromEntries(handlers) };
}

let own: PageFolder | undefined;

/** Lists the scripts and styles of our own pages, once a process. */
export function ownFiles(logger: Logger): PageFolder {
  own ??= openOwn(join(import.meta.dirname, 'browser'), logger);
  return own;
}

function openOwn(installed: string, logger: Logger): PageFolder {
  const contents = readdirSync(installed).map((name) => readFileSync(join(installed, name), 'utf8'));
  const version = hash('sha256', contents.join('\0'), 'base64url').slice(0, 16);
  return pageFolder(installed, `${GRAPHIQL_PATH}/own/${version}/`, logger);
}
