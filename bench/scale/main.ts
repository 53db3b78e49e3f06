import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LoadGenerator } from '../load/generate.ts';
import { operationNamed } from '../operations/all.ts';
import { Processes } from '../processes.ts';
import { measure, type ScaleMeasurement } from './measure.ts';
import { scaleReport } from './report.ts';
import { startServer, startSystems } from './systems.ts';

// `npm run bench:scale`: several gateways and instances of the subgraphs on one PostgreSQL. It stops all that it has started.

const OPERATIONS = ['page', 'user', 'create'];

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, rounds: { type: 'string' }, output: { type: 'string' } },
});
const rounds = values.quick ? 1 : Number(values.rounds ?? 3);
const counts = values.quick ? { gateways: [2], instances: [2] } : { gateways: [1, 2, 4], instances: [1, 2] };
const durations = values.quick ? { warmUpSeconds: 0, countedSeconds: 0 } : { warmUpSeconds: 3, countedSeconds: 4 };

const processes = new Processes();
const folder = await mkdtemp(join(tmpdir(), 'lockstep-scale-'));
const file = values.output ?? (values.quick ? join(folder, 'scale.md') : join(import.meta.dirname, '..', 'scale.md'));
const endings: (() => unknown)[] = [];

let cleaning: Promise<void> | undefined;
function cleanUp(): Promise<void> {
  cleaning ??= (async () => {
    await processes.stopAll();
    for (const end of endings) await end();
    await rm(folder, { recursive: true, force: true });
  })();
  return cleaning;
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void cleanUp().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143)));
}

try {
  const measurements = await run();
  const report = scaleReport(measurements, rounds, values.quick);
  await writeFile(file, report);
  console.log(values.quick ? report : `The report is in ${file}`);
  const wrong = measurements.find((one) => one.wrong > 0);
  if (wrong) throw new Error(`${wrong.wrong} wrong answers to ${wrong.operation}: ${wrong.firstWrong}`);
} catch (error) {
  if (cleaning === undefined) {
    console.error(error);
    process.exitCode = 1;
  }
} finally {
  await cleanUp();
}

async function run(): Promise<ScaleMeasurement[]> {
  console.log('Starting PostgreSQL, the subgraphs and the gateways …');
  const storage = await startServer((hook) => endings.push(hook));
  const systems = await startSystems(processes, folder, storage, counts);
  const generators = Array.from({ length: Math.max(...counts.gateways) }, () => new LoadGenerator(processes));
  const turns = OPERATIONS.map(operationNamed).flatMap((operation) => systems.map((system) => ({ system, operation })));
  // Code that never ran is slow, and of several gateways each gets less to run.
  for (const { system, operation } of values.quick ? [] : turns)
    await measure(system, operation, { warmUpSeconds: 6, countedSeconds: 0 }, generators, storage);
  const measurements: ScaleMeasurement[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const { system, operation } of turns) {
      const one = await measure(system, operation, durations, generators, storage);
      measurements.push(one);
      print(round, one);
    }
  }
  return measurements;
}

function print(round: number, { operation, gateways, instances, perSecond, costs }: ScaleMeasurement): void {
  const all = Object.values(costs).reduce((sum, ms) => sum + ms, 0);
  const what = `${operation}, ${gateways} gateways, ${instances} instances`;
  console.log(`${round}: ${what}: ${all.toFixed(3)} ms a request, ${perSecond.toFixed(0)}/s`);
}
