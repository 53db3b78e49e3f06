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
export function startCachingProxy(t: Afterwards, target: string): Promise<string> {
  const { origin, pathname } = new URL(target);
  return startNginx(t, pathname, (folder) => ({
    http: `proxy_cache_path ${folder}/cache keys_zone=answers:1m;`,
    location: `proxy_pass ${origin};
      proxy_cache answers;
      proxy_cache_revalidate on;
      add_header x-cache $upstream_cache_status always;`,
  }));
}

/** Starts a real nginx that shares requests among instances. It ends with the test. Returns its URL. */
export function startBalancer(t: Afterwards, targets: readonly string[]): Promise<string> {
  const servers = targets.map((target) => `server ${new URL(target).host} max_fails=0;`);
  return startNginx(t, new URL(targets[0] ?? '').pathname, () => ({
    http: `upstream instances { ${servers.join(' ')} keepalive 16; }`,
    location: 'proxy_pass http://instances; proxy_http_version 1.1; proxy_set_header connection "";',
  }));
}

interface Parts {
  readonly http: string;
  readonly location: string;
}

async function startNginx(t: Afterwards, path: string, parts: (folder: string) => Parts): Promise<string> {
  const folder = await temporaryFolder(t);
  const port = await freePort();
  const { http, location } = parts(folder);
  const config = `daemon off; user ${userInfo().username}; pid ${folder}/pid; error_log stderr emerg; worker_processes 1;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  ${http}
  server {
    listen 127.0.0.1:${port};
    location / {
      ${location}
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
  const url = `http://127.0.0.1:${port}${path}`;
  await until(
    () => fetch(url).catch(() => undefined),
    (response) => response !== undefined,
  );
  return url;
}
