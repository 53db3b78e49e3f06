import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Handler } from '@lockstep/runtime/http/server/server.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { GRAPHIQL_PATH } from '../../configuration/sections/endpoint.ts';
import { PageFile } from './page.ts';

/** Media types of the files, source maps not among them. */
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.ttf': 'font/ttf',
};

/** GraphiQL's files, bundled for browsers by the package ruru. */
export interface GraphiqlFiles {
  /** Path of the folder, with a slash at its end. It has the version in it, so that no file at it ever changes. */
  readonly folder: string;
  /** Handlers by path. */
  readonly handlers: Readonly<Record<string, Handler>>;
}

let opened: GraphiqlFiles | undefined;

/** Lists GraphiQL's files, once a process. Each is read for its first request, and both forms of all of them take 14 MB. */
export function graphiqlFiles(logger: Logger): GraphiqlFiles {
  opened ??= open(dirname(dirname(fileURLToPath(import.meta.resolve('ruru/static')))), logger);
  return opened;
}

function open(installed: string, logger: Logger): GraphiqlFiles {
  const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  const folder = `${GRAPHIQL_PATH}/${version}/`;
  const handlers = readdirSync(join(installed, 'static')).flatMap((name) => {
    const type = TYPES[extname(name)];
    if (type === undefined) return [];
    const file = new PageFile(() => readFile(join(installed, 'static', name)), type, logger);
    return [[folder + name, file.handle] as const];
  });
  return { folder, handlers: Object.fromEntries(handlers) };
}
