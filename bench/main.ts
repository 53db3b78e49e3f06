import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoadGenerator } from './load/generate.ts';
import { OptionError, type Options, readOptions, USAGE } from './options.ts';
import { Processes } from './processes.ts';
import { figuresOf, report } from './report/report.ts';
import type { Results } from './report/results.ts';
import { printFigures, printMeasurement, printMemory, printWarm } from './report/terminal.ts';
import { measureRounds } from './rounds.ts';
import { soak } from './soak.ts';
import { measureStarts } from './starting.ts';
import { startSystems } from './systems.ts';

// `npm run bench`: this system, the stock one and the floor side by side. It stops everything it has started, however it ends.

if (process.platform !== 'linux') {
  console.error('The bench reads CPU time from /proc: it needs Linux.');
  process.exit(1);
}

const processes = new Processes();
const folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-'));

let cleaning: Promise<void> | undefined;
function cleanUp(): Promise<void> {
  cleaning ??= processes.stopAll().finally(() => rm(folder, { recursive: true, force: true }));
  return cleaning;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void cleanUp().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143)));
}

try {
  const options = readOptions(process.argv.slice(2));
  const file = options.output ?? join(tmpdir(), `lockstep-results-${process.pid}.md`);
  const results = await run(options, (sofar) => writeFile(file, report(sofar)));
  printFigures(figuresOf(results));
  console.log(`\nThe report is in ${file}`);
  assertRight(results);
} catch (error) {
  // Failures caused by the signal are not reported.
  if (cleaning === undefined) {
    console.error(error instanceof OptionError ? `${error.message}\n\n${USAGE}` : error);
    process.exitCode = error instanceof OptionError ? 64 : 1;
  }
} finally {
  await cleanUp();
}

/** @param save called after each round and at the end, so that an interruption does not lose half an hour's work */
async function run(options: Options, save: (sofar: Results) => Promise<void>): Promise<Results> {
  console.log('Starting the systems and filling their databases …');
  const systems = await startSystems(processes, folder, options);
  const generator = new LoadGenerator(processes);
  if (options.starts > 0) console.log(`Starting each gateway again, ${options.starts} times …`);
  const found = {
    options,
    systems: systems.map(({ name }) => name),
    starts: await measureStarts(systems, options.starts),
  };
  const measurements = await measureRounds(systems, options, generator, {
    warm: printWarm,
    measured: printMeasurement,
    round: (sofar) => save({ ...found, measurements: sofar, soak: [] }),
  });
  const lockstep = systems.filter(({ name }) => name === 'lockstep');
  const samples = await Promise.all(
    lockstep.map((system) => soak(system, options.soakMinutes, generator, printMemory)),
  );
  const results = { ...found, measurements, soak: samples.flat() };
  await save(results);
  return results;
}

/** Throws if this system gave a wrong answer, or in a smoke run if any system did. The report lists the others'. */
function assertRight({ measurements, options }: Results): void {
  const wrong = measurements.find((one) => one.wrong > 0 && (options.quick || one.system === 'lockstep'));
  if (!wrong) return;
  const { system, cell, answers, firstWrong } = wrong;
  throw new Error(`${system} gave ${wrong.wrong} wrong answers of ${answers} to ${cell.operation.name}: ${firstWrong}`);
}
