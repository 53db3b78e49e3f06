import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { ProcessDescription } from 'pm2';
import { type App, ROOT } from './apps.ts';
import { call } from './daemon.ts';
import { PM2_HOME } from './pm2-home.ts';

const require = createRequire(import.meta.url);

/** Preparation of an app by pm2's command line, before it hands the app to the daemon (7.0.4). */
interface AppReader {
  verifyConfs(apps: object[]): object[] | Error;
  resolveAppAttributes(options: { cwd: string; pm2_home: string }, app: object): object;
}

const { verifyConfs, resolveAppAttributes }: AppReader = require('pm2/lib/Common.js');

/** Makes pm2 run the app beside what it runs already. Resolves with the ids of the new processes in pm2. */
export async function launch({ instances = 1, ...app }: App): Promise<number[]> {
  for (const file of [app.out_file, app.error_file]) mkdirSync(dirname(file), { recursive: true });
  const verified = verifyConfs([{ ...app, instances, namespace: 'default', filter_env: true }]);
  if (verified instanceof Error) throw verified;
  const resolved = resolveAppAttributes({ cwd: ROOT, pm2_home: PM2_HOME }, { ...verified[0] });
  const launched = await call<ProcessDescription[]>('prepare', resolved);
  return launched.flatMap(({ pm2_env: env }) => (env && 'pm_id' in env ? [Number(env.pm_id)] : []));
}
