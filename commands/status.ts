import { findAll } from './processes/findings.ts';
import { readProjectInForce } from './processes/in-force.ts';
import { runCommand } from './terminal/command.ts';

// `npm run status`: says of each process what it does, since when, and what to do about it. Exits with 1 unless all is well.
// `npm run --silent status -- --json` prints the same as JSON.

await runCommand(async () => {
  const project = await readProjectInForce();
  const findings = await findAll(project);
  if (process.argv.includes('--json')) console.log(JSON.stringify(findings, null, 2));
  else {
    for (const { about, text, since, advice } of findings) {
      console.log(`${about} ${text}${since ? `, since ${since}` : ''}${advice ? `\n  → ${advice}` : ''}`);
    }
  }
  if (findings.some(({ isHealthy }) => !isHealthy)) process.exitCode = 1;
});
