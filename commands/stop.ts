import { GATEWAY } from './processes/apps.ts';
import { listFormerProcesses } from './processes/daemon.ts';
import { end, endOthers } from './processes/end.ts';
import { readProject } from './processes/project.ts';
import { runEnd } from './processes/run-alone.ts';
import { toListed } from './processes/running.ts';
import { CommandError } from './terminal/command.ts';

// `npm stop` and `npm run delete`: ends all of the project's processes, or those that are named. Nothing else in the same pm2
// is touched.

const [action, ...names] = process.argv.slice(2);
const NONE = { ids: [], pids: [] };

await runEnd(async () => {
  if (action !== 'stop' && action !== 'delete') throw new CommandError(`stop.ts ${action}: give stop or delete`);
  const { apps } = await readProject(names);
  const ended: string[] = [];
  // The gateway first: it finishes what is under way, and needs the subgraphs for that.
  for (const isGateway of [true, false]) {
    const ours = apps.filter(({ name }) => (name === GATEWAY) === isGateway);
    ended.push(...(await endOthers(ours, NONE, action)));
  }
  if (action === 'delete' && names.length === 0) {
    const former = (await listFormerProcesses(apps)).map(toListed);
    await end(
      former.map(({ id }) => id),
      'delete',
    );
    ended.push(...former.map(({ name }) => name));
  }
  if (ended.length === 0) console.log('No process of this project is running under pm2.');
  for (const name of ended) console.log(`${name} is ${action === 'stop' ? 'stopped' : 'deleted'}`);
});
