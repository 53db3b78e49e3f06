import { readConfig } from '@lockstep/gateway/configuration/environment.ts';
import { withoutSecrets } from '@lockstep/gateway/configuration/secrets.ts';
import { describeSettings } from '@lockstep/gateway/configuration/settings-in-force.ts';
import { type App, expected, GATEWAY } from './processes/apps.ts';
import { isDaemonAlive, withDaemon } from './processes/daemon.ts';
import { isOfSession } from './processes/environment.ts';
import { type Project, readProject, toProject } from './processes/project.ts';
import { runCommand } from './terminal/command.ts';

// `npm run config`: prints the environment and the settings of the running processes, or those that npm start would use, and
// the origin of each value. What it prints is a supergraph file.

/** Environment that one process has, or would have. */
interface Configured extends Pick<App, 'name' | 'env'> {
  readonly given: App['env_given'];
  readonly isRunning: boolean;
}

await runCommand(async () => {
  const project = (await isDaemonAlive()) ? await withDaemon(() => readProject()) : toProject([], []);
  const configured = project.apps.map((app) => configurationOf(app, project));
  const gateway = configured.find(({ name }) => name === GATEWAY);
  try {
    const settings = describeSettings(readConfig({ ...gateway?.env }));
    process.stdout.write(`${describeEnvironment(configured).join('\n')}\n\n${settings}`);
  } catch (error) {
    throw expected(error);
  }
});

function configurationOf({ name, env, env_given: given }: App, { processes }: Project): Configured {
  const running = processes.find((process) => process.name === name && process.status === 'online');
  const isRunning = running?.given !== undefined;
  return isRunning ? { name, env: running.env, given: running.given, isRunning } : { name, env, given, isRunning };
}

function describeEnvironment(configured: readonly Configured[]): string[] {
  const appsByLine = new Map<string, string[]>();
  for (const { name, ...rest } of configured) {
    for (const line of linesOf(rest)) appsByLine.set(line, [...(appsByLine.get(line) ?? []), name]);
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

function linesOf({ env, given }: Omit<Configured, 'name'>): string[] {
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
