import { findLost } from './processes/end.ts';
import { graphUrl } from './processes/graph-url.ts';
import { readProject } from './processes/project.ts';
import { replace } from './processes/replace.ts';
import { runStart } from './processes/run-alone.ts';
import { isAsWanted } from './processes/running.ts';
import { endStrays } from './processes/strays.ts';

// `npm start`: starts the processes that don't run or aren't ready, replaces those whose environment changed, and returns
// once every process is ready.

await runStart(async () => {
  const { apps, processes } = await readProject();
  const missing = apps.filter((app) => !isAsWanted(app, processes));
  const replaced = processes.filter(({ name }) => missing.some((app) => app.name === name));
  if (missing.length === 0) console.log('Everything is running; npm run restart restarts it');
  else console.log(`Starting ${missing.map(({ name }) => name).join(', ')} …`);
  await replace(missing, replaced);
  await endStrays(await findLost(apps));
  console.log(`
Lockstep answers at ${graphUrl(apps)}
  npm run seed    fills the graph with users, products and orders
  npm run logs    shows the logs of the processes
  npm stop        stops the processes`);
});
