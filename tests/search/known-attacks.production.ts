import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { times } from '../harness/full-count.ts';
import { corpus } from './corpus.ts';
import { type Attempt, type Finding, isAboveBounds, measure, measureOnce } from './findings.ts';
import { isGraphName, starterOf } from './graphs/graphs.ts';
import { printFinding } from './report.ts';
import { Search } from './search.ts';
import { ServedGraph } from './served-graph.ts';

// Operations of at most 1 KB that took much of a process once, and a search for more. `npm run search:worst` searches longer.

const graphs = new Map<string, ServedGraph>();
after(() => Promise.all([...graphs.values()].map((served) => served.stop())));

for (const { name, ...attempt } of corpus) {
  const { graph, entrance, operation } = attempt;
  test(`blocks and fills no process: ${name} (${graph}, ${entrance}): ${operation.query.slice(0, 40)}`, async () => {
    assertWithinBounds(await measureCarefully(attempt));
  });
}

for (const graph of ['shop', 'wide']) {
  test(`a search finds nothing that blocks or fills a process: ${graph}`, async () => {
    const { findings } = await new Search(servedBy(graph), {
      ...{ graph, entrance: 'gateway', seed: 1, copies: 0 },
      isEnough: (operations) => operations >= times(1000, 5),
    }).run();
    assertWithinBounds(findings);
  });
}

/** Measures once, and as often as it takes for a median if that is above the bounds. */
async function measureCarefully(attempt: Attempt): Promise<Finding[]> {
  const served = servedBy(attempt.graph);
  const measured = await measureOnce(attempt, served);
  return measured.some(isAboveBounds) ? measure(attempt, served) : measured;
}

function assertWithinBounds(findings: readonly Finding[]): void {
  assert.deepEqual(findings.filter(isAboveBounds).map(printFinding), []);
}

function servedBy(graph: string): ServedGraph {
  if (!isGraphName(graph)) throw new Error(`no graph ${graph}`);
  const served = graphs.get(graph) ?? new ServedGraph(starterOf(graph, 'development'));
  graphs.set(graph, served);
  return served;
}
