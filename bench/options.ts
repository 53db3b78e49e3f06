import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { KEY_MODES, type KeyMode } from './load/messages.ts';
import { GROUPS, type Group } from './operations/all.ts';

/** Options of a run of the bench. */
export interface Options {
  /** True for a smoke run, which only checks that every system answers and that the report is written. */
  readonly quick: boolean;
  readonly only: readonly Group[];
  readonly keys: readonly KeyMode[];
  readonly connections: readonly number[];
  readonly rounds: number;
  /** Duration of each measurement. */
  readonly seconds: number;
  /** Duration of the warm-up before each measurement; 0 skips it. */
  readonly warmUpSeconds: number;
  /** Number of starts of each gateway, for the time to its first answer. */
  readonly starts: number;
  readonly peers: boolean;
  /** Folder of an earlier, installed checkout whose gateway is measured too, if any. */
  readonly before: string | undefined;
  /** Duration of the load that checks that memory stays flat; 0 skips it. */
  readonly soakMinutes: number;
  /** File of the report; undefined for one in a temporary folder. */
  readonly output: string | undefined;
}

/** A wrong option. The message is for the terminal. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

export const USAGE = `npm run bench -- [options]
  --quick              a smoke run of less than a minute; the report goes to a temporary folder
  --only LIST          of ${GROUPS.join(', ')}; all of them unless given
  --keys LIST          of ${KEY_MODES.join(', ')}; both unless given
  --connections LIST   1 to 512 each; 16,64,256 unless given
  --rounds N           1 to 50; 3 unless given
  --seconds N          0.1 to 60, for each measurement; 3 unless given
  --peers              Hive Gateway too, with and without its Rust runtime, installed into bench/.peers (500 MB)
  --before FOLDER      the gateway of another checkout too, after npm ci there: what has changed since
  --soak MINUTES       0 to 60 minutes of load on Lockstep, to see whether its memory stays flat; 0 unless given
  --output FILE        bench/results.md unless given`;

const QUICK = {
  rounds: 1,
  seconds: 0.01,
  warmUpSeconds: 0,
  starts: 0,
  connections: [4],
  keys: ['distinct'] as const,
};
const DEFAULTS = { rounds: 3, seconds: 3, warmUpSeconds: 1.5, starts: 3, connections: [16, 64, 256], keys: KEY_MODES };

/**
 * Parses the options.
 *
 * @throws {OptionError} naming the option, the value and what to give instead
 */
export function readOptions(args: readonly string[]): Options {
  const values = parse(args);
  const quick = values.quick ?? false;
  const defaults = quick ? QUICK : DEFAULTS;
  return {
    quick,
    only: list('only', values.only, GROUPS),
    keys: values.keys === undefined ? defaults.keys : list('keys', values.keys, KEY_MODES),
    connections:
      values.connections?.split(',').map((text) => number('connections', text, 1, 512, 'whole')) ??
      defaults.connections,
    rounds: number('rounds', values.rounds, 1, 50, 'whole') ?? defaults.rounds,
    seconds: number('seconds', values.seconds, 0.1, 60) ?? defaults.seconds,
    warmUpSeconds: defaults.warmUpSeconds,
    starts: defaults.starts,
    peers: values.peers ?? false,
    before: values.before === undefined ? undefined : checkout(values.before),
    soakMinutes: number('soak', values.soak, 0, 60) ?? 0,
    output: values.output ?? (quick ? undefined : join(import.meta.dirname, 'results.md')),
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { quick: flag, peers: flag, only: text, keys: text, connections: text, rounds: text, seconds: text };
  try {
    return parseArgs({ args: [...args], options: { ...options, soak: text, before: text, output: text } }).values;
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error));
  }
}

function checkout(folder: string): string {
  if (existsSync(join(folder, 'gateway', 'src', 'main.ts'))) return resolve(folder);
  throw new OptionError(`--before ${folder}: give the folder of another checkout of this project`);
}

function list<T extends string>(option: string, text: string | undefined, allowed: readonly T[]): readonly T[] {
  if (text === undefined) return allowed;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !allowed.some((known) => known === name));
  if (unknown !== undefined) throw new OptionError(`--${option} ${unknown}: give any of ${allowed.join(', ')}`);
  return allowed.filter((known) => names.includes(known));
}

function number(option: string, text: string, least: number, most: number, kind?: 'whole'): number;
function number(
  option: string,
  text: string | undefined,
  least: number,
  most: number,
  kind?: 'whole',
): number | undefined;
function number(option: string, text: string | undefined, least: number, most: number, kind?: 'whole') {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const isFit = value >= least && value <= most && (kind === undefined || Number.isInteger(value));
  if (isFit) return value;
  throw new OptionError(`--${option} ${text}: give a ${kind ? `${kind} ` : ''}number from ${least} to ${most}`);
}
