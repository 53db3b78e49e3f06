import { readConfig } from '@lockstep/gateway/configuration/environment.ts';
import { withoutSecrets } from '@lockstep/gateway/configuration/secrets.ts';
import { describeSettings } from '@lockstep/gateway/configuration/settings-in-force.ts';
import { type App, GATEWAY } from './processes/apps.ts';
import { isOfSession } from './processes/environment.ts';
import { type AppInForce, readAppsInForce } from './processes/in-force.ts';
import { runCommand } from './terminal/command.ts';

// `npm run config`: prints the environment and the settings of the running processes, or those that npm start would use, and
// the origin of each value. What it prints is a supergraph file.

await runCommand(async () => {
  const configured = await readAppsInForce();
  const gateway = configured.find(({ name }) => name === GATEWAY);
  const settings = describeSettings(readConfig({ ...gateway?.env }));
  process.stdout.write(`${describeEnvironment(configured).join('\n')}\n\n${settings}`);
});

function describeEnvironment(configured: readonly AppInForce[]): string[] {
  const appsByLine = new Map<string, string[]>();
  for (const app of configured) {
    for (const line of linesOf(app)) appsByLine.set(line, [...(appsByLine.get(line) ?? []), app.name]);
  }
  const ofAll = ([, apps]: [string, string[]]) => apps.length === configured.length;
  const lines = [...appsByLine].toSorted((a, b) => Number(ofAll(b)) - Number(ofAll(a)) || a[0].localeCompare(b[0]));
  const stopped = configured.filter(({ isRunning }) => !isRunning).map(({ name }) => name);
  return [
    '# The environment of the processes, and where each value comes from',
    ...(stopped.length > 0 ? [`# (not running, so as npm start would use it: ${stopped.join(', ')})`] : []),
    ...lines.map(([line, apps]) => `#   ${line}${ofAll([line, apps]) ? '' : `, in ${apps.join(', ')}`}`),
  ];
}

function linesOf({ env, env_given: given }: App): string[] {
  const names = Object.keys(env).filter((name) => isVariable(name) && env[name] !== '');
  return names.map((name) => {
    const source = name in given.shell ? 'shell' : name in given.file ? '.env' : 'default';
    return `${name}=${withoutSecrets(env[name], [], [name])}  (${source})`;
  });
}

/** Returns true for a variable of the project. pm2 adds some in small letters. */
function isVariable(name: string): boolean {
  return !isOfSession(name) && name === name.toUpperCase();
}
