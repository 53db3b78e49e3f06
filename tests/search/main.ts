import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { corpus } from './corpus.ts';
import { type Finding, isAboveBounds } from './findings.ts';
import { isGraphName, starterOf } from './graphs/graphs.ts';
import { replay } from './replay.ts';
import { printTable } from './report.ts';
import { Search } from './search.ts';
import { ServedGraph } from './served-graph.ts';

// `npm run search:worst -- --graph shop --entrance gateway --seconds 600 --seed 1`: searches for the operations that take the
// most of a process, prints them, and fails if one is above the bounds. With --replay it measures those of the corpus.

const { values } = parseArgs({
  options: {
    graph: { type: 'string', multiple: true, default: ['shop', 'wide'] },
    entrance: { type: 'string', multiple: true, default: ['gateway'] },
    production: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    replay: { type: 'boolean', default: false },
    output: { type: 'string' },
  },
});

const findings: Finding[] = [];
for (const graph of values.graph) {
  if (!isGraphName(graph)) throw new Error(`--graph ${graph}: unknown; use shop or wide`);
  const start = starterOf(graph, values.production ? 'production' : 'development');
  const known = corpus.filter((attack) => attack.graph === graph && values.entrance.includes(attack.entrance));
  if (values.replay) {
    const served = new ServedGraph(start);
    for (const attack of known) {
      const found = await replay(attack, served);
      for (const finding of found) console.log(`${attack.name}\n${printTable([finding], false)}`);
      findings.push(...found);
    }
    await served.stop();
  } else {
    for (const entrance of values.entrance) {
      const search = new Search(start, {
        ...{ graph, entrance, seed: Number(values.seed), seconds: Number(values.seconds) },
        known: known.filter((attack) => attack.entrance === entrance).map(({ operation }) => operation),
        onFinding: (finding, metric) => console.log(`${metric}: ${printTable([finding], false)}`),
      });
      const { operations, findings: found } = await search.run();
      console.log(`${graph}, ${entrance}, seed ${values.seed}: ${operations} operations`);
      findings.push(...found);
    }
  }
}
console.log(printTable(findings));
if (values.output) await writeFile(values.output, JSON.stringify(findings, null, 1));
process.exitCode = findings.some(isAboveBounds) ? 1 : 0;
