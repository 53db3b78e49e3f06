import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { GRAPHIQL_PATH } from '../../configuration/sections/endpoint.ts';
import { type PageFolder, pageFolder } from './page-folder.ts';

let opened: PageFolder | undefined;

/**
 * Lists GraphiQL's files, which the package ruru bundles for browsers, once a process. Both forms of all of them take 14 MB
 * once they are read.
 */
export function graphiqlFiles(logger: Logger): PageFolder {
  opened ??= open(dirname(dirname(fileURLToPath(import.meta.resolve('ruru/static')))), logger);
  return opened;
}

function open(installed: string, logger: Logger): PageFolder {
  const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  return pageFolder(join(installed, 'static'), `${GRAPHIQL_PATH}/${version}/`, logger);
}
