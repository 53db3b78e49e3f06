import { parseArgs } from 'node:util';
import { compareExecutions } from './execution-property.ts';
import { compareRandomCases } from './property.ts';

// `npm run test:properties -- --cases 20000 --seed 1`: the comparison of property.test.ts with more cases.
const { values } = parseArgs({
  options: { cases: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
});
const started = performance.now();
const { compared, refused } = await compareRandomCases(Number(values.seed), Number(values.cases));
const seconds = ((performance.now() - started) / 1000).toFixed(1);
process.stdout.write(
  `${refused.map((reason) => `refused: ${reason}\n`).join('')}${refused.length} refused\n${compared} federated answers equal the monolith's, from seed ${values.seed}, in ${seconds} s\n`,
);
await compareExecutions(Number(values.seed), Number(values.cases));
process.stdout.write(`${values.cases} answers of subgraphs' compiled operations equal those of graphql-js\n`);
