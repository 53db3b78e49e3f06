import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '../terminal/command.ts';
import type { App } from './apps.ts';
import { checkConfiguration } from './check.ts';
import { listProcesses } from './daemon.ts';
import { endOthers, findLost } from './end.ts';
import { endOf, type LogPosition, readSince } from './error-log.ts';
import { launch } from './launch.ts';
import { whyNotReady } from './probe.ts';
import { isReady, type ListedProcess, toListed } from './running.ts';

/** Longer than a start takes on a machine that does other things, too: meanwhile the old processes answer. */
const START_TIMEOUT_MS = 60_000;
/** Time after a failure in which others may fail, which are then reported together. */
const FURTHER_FAILURES_MS = 10_000;
const LOOK_AGAIN_MS = 50;
const SHOWN_LOG_LINES = 5;
const STACK_FRAME = /^ +at /;

/** Processes that were started for an app. */
interface Launched {
  readonly app: App;
  /** Their ids in pm2. */
  readonly ids: readonly number[];
  /** End of the app's error log before. */
  readonly logEnd: LogPosition;
}

/**
 * Starts new processes for the apps beside those that run, and stops those once all of the new ones answer. Processes share
 * their port, because pm2's daemon listens for them (https://nodejs.org/api/cluster.html#how-it-works).
 *
 * @param before processes that pm2 has for these apps
 * @throws {CommandError} naming each that failed to start, with the end of its log; then `before` is as it was
 */
export async function replace(apps: readonly App[], before: readonly ListedProcess[]): Promise<void> {
  await checkConfiguration(apps);
  const lost = await findLost(apps);
  const launched: Launched[] = [];
  try {
    for (const app of apps) launched.push({ app, logEnd: endOf(app.error_file), ids: await launch(app) });
    await untilReady(launched);
  } catch (error) {
    await endOthers(apps, { ids: before.map(({ id }) => id), pids: lost.map(({ pid }) => pid) }, 'delete');
    throw error;
  }
  await endOthers(apps, { ids: launched.flatMap(({ ids }) => ids), pids: [] }, 'delete');
  const started = await untilReady(launched);
  await Promise.all(started.map(({ name, probe }) => untilItAnswers(name, probe)));
}

/** Waits until each of the processes says that it is ready. @throws {CommandError} naming each app of which one failed */
async function untilReady(launched: readonly Launched[]): Promise<ListedProcess[]> {
  let deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const listed = (await listProcesses(launched.map(({ app }) => app))).map(toListed);
    const ofApp = ({ ids }: Launched) => listed.filter(({ id }) => ids.includes(id));
    const hasFailed = ({ status, restarts }: ListedProcess) => status !== 'online' || restarts > 0;
    const failed = launched.filter((one) => ofApp(one).length < one.ids.length || ofApp(one).some(hasFailed));
    const missing = launched.filter((one) => !failed.includes(one) && !ofApp(one).every(isReady));
    if (failed.length + missing.length === 0) return launched.flatMap(ofApp);
    if (failed.length > 0) deadline = Math.min(deadline, Date.now() + FURTHER_FAILURES_MS);
    if (missing.length === 0 || Date.now() > deadline) {
      const late = failed.length > 0 ? [] : missing;
      throw new CommandError([...failed, ...late].map(describeFailure).join('\n'));
    }
    await delay(LOOK_AGAIN_MS);
  }
}

async function untilItAnswers(name: string, probe: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const reason = await whyNotReady(probe);
    if (reason === undefined) return;
    if (Date.now() > deadline) throw new CommandError(`${name} is not ready: ${probe} says ${reason}`);
    await delay(LOOK_AGAIN_MS);
  }
}

function describeFailure({ app, logEnd }: Launched): string {
  const lines = readSince(app.error_file, logEnd).split('\n');
  const shown = lines.filter((line) => line.trim() !== '' && !STACK_FRAME.test(line)).slice(-SHOWN_LOG_LINES);
  if (shown.length === 0) return `${app.name} did not start: it was not ready in ${START_TIMEOUT_MS / 1000} s`;
  return `${app.name} did not start; the end of ${app.error_file}:\n  ${shown.join('\n  ')}`;
}
