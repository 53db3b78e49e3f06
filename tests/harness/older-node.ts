import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { PATH } from './pm2.ts';

/** Node on PATH that is older than the gateway needs, as many machines have one; undefined if there is none. */
export const olderNode = PATH.split(delimiter)
  .map((folder) => join(folder, 'node'))
  .find(
    (node) => Number.parseInt(spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout, 10) < 24,
  );
