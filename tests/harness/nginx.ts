import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { type Afterwards, temporaryFolder } from './graph.ts';
import { freePort } from './ports.ts';
import { until } from './waiting.ts';

const MISSING = 'no nginx on the PATH: install it (apt-get install nginx) and run this file again';

/** Reason for `test(name, { skip: withoutNginx }, …)` if there is no nginx. CI has to have one. */
export const withoutNginx = spawnSync('nginx', ['-v']).status !== 0 && process.env.CI !== 'true' && MISSING;

/**
 * Starts a real nginx that stores what `target` says it may, and tells in `x-cache` where an answer came from. It ends with the
 * test.
 *
 * @returns its URL
 */
export async function startCachingProxy(t: Afterwards, target: string): Promise<string> {
  const folder = await temporaryFolder(t);
  const port = await freePort();
  const { origin, pathname } = new URL(target);
  const config = `daemon off; user ${userInfo().username}; pid ${folder}/pid; error_log stderr emerg; worker_processes 1;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  proxy_cache_path ${folder}/cache keys_zone=answers:1m;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass ${origin};
      proxy_cache answers;
      proxy_cache_revalidate on;
      add_header x-cache $upstream_cache_status always;
    }
  }
}
`;
  const file = join(folder, 'nginx.conf');
  await writeFile(file, config);
  const child = spawn('nginx', ['-p', folder, '-c', file, '-e', 'stderr'], { stdio: ['ignore', 'inherit', 'inherit'] });
  const closed = once(child, 'close');
  t.after(async () => {
    child.kill('SIGTERM');
    await closed;
  });
  const url = `http://127.0.0.1:${port}${pathname}`;
  await until(
    () => fetch(url).catch(() => undefined),
    (response) => response !== undefined,
  );
  return url;
}
