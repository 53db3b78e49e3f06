import { setTimeout as delay } from 'node:timers/promises';
import { readApps } from './processes/apps.ts';
import { bringUp, isOnline } from './processes/bring-up.ts';
import { listProcesses } from './processes/daemon.ts';
import { graphUrl } from './processes/graph-url.ts';
import { CommandError, runCommand } from './terminal/command.ts';

// `npm start`: starts the processes that aren't running, and returns once the graph answers.

const ANSWER_TIMEOUT_MS = 30_000;

await runCommand(async () => {
  const apps = readApps();
  const running = (await listProcesses(apps)).filter(isOnline);
  const missing = apps.filter(({ name }) => !running.some((process) => process.name === name));
  if (missing.length === 0) {
    console.log('Everything is running; npm run restart restarts it');
  } else {
    console.log(`Starting ${missing.map(({ name }) => name).join(', ')} …`);
    await bringUp(missing, 'start');
  }
  const url = graphUrl(apps);
  await untilItAnswers(url);
  console.log(`
Lockstep answers at ${url}
  npm run seed    fills the graph with users, products and orders
  npm run logs    shows the logs of the processes
  npm stop        stops the processes`);
});

async function untilItAnswers(url: string): Promise<void> {
  const deadline = Date.now() + ANSWER_TIMEOUT_MS;
  while (!(await answers(url))) {
    if (Date.now() > deadline) throw new CommandError(`${url} does not answer; npm run logs shows why`);
    await delay(100);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    return response.ok;
  } catch {
    return false; // not yet
  }
}
