import { readProject } from './processes/project.ts';
import { replace } from './processes/replace.ts';
import { runStart } from './processes/run-alone.ts';

// `npm run restart` and `npm run reload`, which do the same: replace all of the project's processes, or those that are named,
// without a gap.

const [action, ...names] = process.argv.slice(2);

await runStart(async () => {
  const { apps, processes } = await readProject(names);
  await replace(apps, processes);
  console.log(`${action}ed ${apps.map(({ name }) => name).join(', ')}`);
});
