import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

// The environment of the processes. A value once given stays in force until another one is given, or the processes are
// deleted. pm2 is what keeps it: its description of a process has what that was given.

/** Variables given to the processes, by name. */
export interface GivenVariables {
  /** Values from the shell that a command was typed in. */
  readonly shell: Readonly<Record<string, string>>;
  /** Values from the file `.env`. */
  readonly file: Readonly<Record<string, string>>;
}

/** Environment variable through which ecosystem.config.js gets {@link GivenVariables} from the commands, as JSON. */
export const GIVEN = 'LOCKSTEP_GIVEN';

/** Variables of terminals, sessions, npm and pm2. Processes get them too, but no process is restarted because they differ. */
const SESSION = new RegExp(
  `^(${[
    '_|COLOR|COLORTERM|COLUMNS|DISPLAY|EDITOR|FORCE_COLOR|HOME|HOSTNAME|INIT_CWD|LANG|LINES|LOGNAME|LS_COLORS|MAIL|NODE|OLDPWD',
    'PAGER|PATH|PS1|PWD|SHELL|SHLVL|STY|USER|WINDOWID|Path|SystemRoot|ComSpec|USERNAME|USERPROFILE|APPDATA|TEMP|TMP|TMPDIR',
    '(DBUS|GPG|LC|LESS|PM2|SSH|SUDO|TERM|TMUX|VSCODE|XDG|npm)_.*|TERM|TMUX',
    GIVEN,
  ].join('|')})$`,
);

/** Returns true for a variable of the session rather than of the project. */
export function isOfSession(name: string): boolean {
  return SESSION.test(name);
}

/** Returns the session's own variables. */
export function sessionOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return pick(env, isOfSession);
}

/**
 * Returns the variables in force now. The shell's win over those of `.env`. A value that an earlier command's shell gave is
 * kept, unless `.env` has been changed to say something else since.
 *
 * @param before variables given earlier
 * @param env environment of the command
 * @param file variables in `.env`
 */
export function give(
  before: GivenVariables | undefined,
  env: NodeJS.ProcessEnv,
  file: Readonly<Record<string, string>>,
): GivenVariables {
  const isKept = (name: string) => !(name in file) || before?.file[name] === file[name];
  return { shell: { ...pick(before?.shell ?? {}, isKept), ...pick(env, (name) => !isOfSession(name)) }, file };
}

/** Returns the value of each given variable. A blank one is as good as none: it takes the default back. */
export function valuesOf({ shell, file }: GivenVariables): Record<string, string> {
  const values = { ...file, ...shell };
  return pick(values, (name) => values[name]?.trim() !== '');
}

/** Reads the variables in the file, which need not exist. */
export function readEnvironmentFile(path: string): Record<string, string> {
  return existsSync(path) ? pick(parseEnv(readFileSync(path, 'utf8')), () => true) : {};
}

function pick(env: NodeJS.ProcessEnv, isWanted: (name: string) => boolean): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined && isWanted(name)) picked[name] = value;
  return picked;
}
