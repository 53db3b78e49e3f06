import { dirname, join } from 'node:path';
import { ROOT, readApps } from './processes/apps.ts';
import { WatchedProcess } from './processes/watched-process.ts';
import { runCommand } from './terminal/command.ts';

// `npm run dev`, `npm run dev users`: runs the same processes in the foreground, and restarts each when its code or its
// schema changes. (The gateway follows supergraph.yaml and the schemas by itself.)

/** Code that several processes share. */
const SHARED = ['runtime', 'subgraph-kit'].map((workspace) => join(ROOT, workspace, 'src'));

await runCommand(async () => {
  const processes = readApps(process.argv.slice(2)).map(
    (app) =>
      new WatchedProcess({
        name: app.name,
        script: app.script,
        env: { ...process.env, ...app.env, DRAIN_DELAY_MS: '0' },
        sources: [dirname(app.script), ...SHARED],
        schemas: dirname(dirname(app.script)),
      }),
  );
  const stop = () => {
    for (const process of processes) process.stop();
  };
  process.on('SIGINT', stop); // the terminal sends Ctrl-C to the children too; they stop once
  process.on('SIGTERM', stop);
  process.on('SIGHUP', stop);
});
