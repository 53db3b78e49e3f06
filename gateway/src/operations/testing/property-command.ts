import { parseArgs } from 'node:util';
import { ApolloFederation } from './apollo-federation.ts';
import { compareRandomCases } from './comparison.ts';
import { compareExecutions } from './execution-property.ts';
import { KINDS } from './kinds/kinds.ts';

// `npm run test:properties -- --kind mutations --count 100000 --seed 1`: the comparison of property.test.ts with more cases,
// of all kinds if none is named. The kind `execution` is the comparison of a subgraph's operations with graphql-js.
// `--engine apollo` runs the stock ApolloGateway and counts the answers that it gives differently; `--show 3` prints three.
const { values } = parseArgs({
  options: {
    kind: { type: 'string', multiple: true, default: [...Object.keys(KINDS), 'execution'] },
    count: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    engine: { type: 'string', default: 'compiled' },
    show: { type: 'string', default: '0' },
  },
});
const [seed, count] = [Number(values.seed), Number(values.count)];

for (const name of values.kind) {
  const started = performance.now();
  if (name === 'execution') {
    await compareExecutions(seed, count);
    report(name, `${count} answers equal those of graphql-js`, started);
    continue;
  }
  const kind = Object.entries(KINDS).find(([known]) => known === name)?.[1];
  if (!kind) throw new Error(`--kind ${name}: unknown; use ${Object.keys(KINDS).join(', ')} or execution`);
  let different = 0;
  const { equal, refused } = await compareRandomCases(kind, {
    seed,
    cases: count,
    ...(values.engine === 'apollo' && {
      federate: (options) => new ApolloFederation(options),
      onCounterexample: ({ message }) => {
        different += 1;
        if (different <= Number(values.show)) process.stdout.write(`${message}\n`);
      },
    }),
  });
  report(
    name,
    `${equal} answers as expected, from seed ${seed}${different > 0 ? `, ${different} others` : ''}`,
    started,
  );
  for (const [reason, times] of refused) process.stdout.write(`  ${times} refused: ${reason}\n`);
}

function report(name: string, result: string, started: number): void {
  process.stdout.write(`${name}: ${result}, in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}
