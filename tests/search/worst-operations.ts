import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { CommandError, runCommand } from '../../commands/terminal/command.ts';
import { corpus, type KnownAttack, readAttacks } from './corpus.ts';
import { COPIES, type Finding, isAboveBounds } from './findings.ts';
import { isGraphName, starterOf } from './graphs/graphs.ts';
import type { StartGraph } from './graphs/searched-graph.ts';
import { replay } from './replay.ts';
import { printFinding, printTable } from './report.ts';
import { Search } from './search.ts';
import { ServedGraph } from './served-graph.ts';

// `npm run search:worst -- --graph shop --entrance gateway --seconds 600 --seed 1`: searches for the operations that take the
// most of a process, prints them, and fails if one is above the bounds. With --replay FILE it measures those of
// a file that --output has written, or of corpus.json.

const USAGE =
  'npm run search:worst -- [--graph shop|wide] [--entrance NAME] [--production] [--seconds N] [--seed N] [--copies N] [--replay FILE] [--output FILE]';

// Its exit ends the processes of the graph.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const values = readOptions();
await runCommand(async () => {
  const findings: Finding[] = [];
  for (const graph of values.graph) {
    if (!isGraphName(graph)) throw new CommandError(`--graph ${graph}: unknown; use shop or wide`);
    const start = starterOf(graph, values.production ? 'production' : 'development');
    if (values.replay) findings.push(...(await replayAll(readAttacks(values.replay), graph, start)));
    else for (const entrance of values.entrance) findings.push(...(await search(graph, entrance, start)));
  }
  console.log(printTable(findings));
  if (values.output) await writeFile(values.output, JSON.stringify(findings, null, 1));
  process.exitCode = findings.some(isAboveBounds) ? 1 : 0;
});

async function replayAll(attacks: readonly KnownAttack[], graph: string, start: StartGraph): Promise<Finding[]> {
  const served = new ServedGraph(start);
  const found: Finding[] = [];
  for (const attack of attacks.filter((attack) => attack.graph === graph)) {
    const measured = await replay(attack, served, Number(values.copies));
    for (const finding of measured) console.log(printFinding(finding));
    found.push(...measured);
  }
  await served.stop();
  return found;
}

async function search(graph: string, entrance: string, start: StartGraph): Promise<readonly Finding[]> {
  const known = corpus.filter((attack) => attack.graph === graph && attack.entrance === entrance);
  const deadline = performance.now() + Number(values.seconds) * 1000;
  const served = new ServedGraph(start);
  const { operations, findings } = await new Search(served, {
    ...{ graph, entrance, seed: Number(values.seed), copies: Number(values.copies) },
    isEnough: () => performance.now() > deadline,
    known: known.map(({ operation }) => operation),
    onFinding: (finding, metric) => console.log(`${metric}: ${printFinding(finding)}`),
  }).run();
  await served.stop();
  console.log(`${graph}, ${entrance}, seed ${values.seed}: ${operations} operations`);
  return findings;
}

/** Prints the usage, and exits, if there are other options. */
function readOptions() {
  try {
    return parseArgs({
      options: {
        graph: { type: 'string', multiple: true, default: ['shop', 'wide'] },
        entrance: { type: 'string', multiple: true, default: ['gateway'] },
        production: { type: 'boolean', default: false },
        seconds: { type: 'string', default: '60' },
        seed: { type: 'string', default: '1' },
        replay: { type: 'string' },
        copies: { type: 'string', default: String(COPIES) },
        output: { type: 'string' },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return process.exit(1);
  }
}
