import { GATEWAY } from './processes/apps.ts';
import { end, listFormerProcesses } from './processes/daemon.ts';
import { readProject } from './processes/project.ts';
import { runEnd } from './processes/run-alone.ts';
import { toListed } from './processes/running.ts';
import { endStrays, findStrays } from './processes/strays.ts';
import { CommandError } from './terminal/command.ts';

// `npm stop` and `npm run delete`: ends all of the project's processes, or those that are named. Nothing else in the same pm2
// is touched.

const [action, ...names] = process.argv.slice(2);

await runEnd(async () => {
  if (action !== 'stop' && action !== 'delete') throw new CommandError(`stop.ts ${action}: give stop or delete`);
  const { apps, processes: named } = await readProject(names);
  const former = action === 'delete' && names.length === 0 ? await listFormerProcesses(apps) : [];
  const processes = [...named, ...former.map(toListed)];
  const strays = findStrays(
    apps,
    processes.map(({ pid }) => pid),
  );
  if (processes.length + strays.length === 0) console.log('No process of this project is running under pm2.');
  // The gateway first: it finishes what is under way, and needs the subgraphs for that.
  for (const isGateway of [true, false]) {
    const ours = ({ name }: { name: string }) => (name === GATEWAY) === isGateway;
    const ids = processes.filter(ours).map(({ id }) => id);
    await Promise.all([end(ids, action), endStrays(strays.filter(ours))]);
  }
  for (const name of new Set([...processes, ...strays].map(({ name }) => name))) console.log(`${name} is stopped`);
});
