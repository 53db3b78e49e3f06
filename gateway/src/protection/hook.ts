import { stat } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { pathToFileURL } from 'node:url';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';

/** What a hook is told of the request. */
export interface HookRequest {
  /** The token's, once it was verified; undefined for a request without a token. */
  readonly claims: Readonly<Record<string, unknown>> | undefined;
  /** The client's, by name in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** Some names: those listed, or those that are true. */
export type ChosenNames = Iterable<string> | Readonly<Record<string, boolean>>;

/** Chooses among names for one request. */
export type Hook = (names: readonly string[], request: HookRequest) => ChosenNames | Promise<ChosenNames>;

/**
 * Loads the function that a module exports under a name. A module that has changed is loaded anew.
 *
 * @throws {ConfigurationError} where there is none
 */
export async function loadHook(file: string, name: string): Promise<Hook> {
  const module = await importModule(file);
  const hook = module[name];
  if (!isHook(hook)) throw new ConfigurationError(`${file} exports no function ${name}`);
  return hook;
}

/** @throws whatever the hook does, and where nobody waits for it any more */
export async function askHook(
  hook: Hook,
  names: readonly string[],
  request: HookRequest,
): Promise<ReadonlySet<string>> {
  request.signal.throwIfAborted();
  const { promise: left, reject } = Promise.withResolvers<never>();
  const leave = () => reject(request.signal.reason);
  request.signal.addEventListener('abort', leave, { once: true });
  try {
    return toNames(await Promise.race([hook(names, request), left]));
  } finally {
    request.signal.removeEventListener('abort', leave);
  }
}

async function importModule(file: string): Promise<Record<string, unknown>> {
  try {
    const { mtimeMs } = await stat(file);
    return await import(`${pathToFileURL(file).href}?${mtimeMs}`);
  } catch (error) {
    throw new ConfigurationError(`The hook can't be loaded: ${error instanceof Error ? error.message : error}`);
  }
}

function isHook(value: unknown): value is Hook {
  return typeof value === 'function';
}

function toNames(chosen: ChosenNames): ReadonlySet<string> {
  if (Symbol.iterator in chosen) return new Set(chosen);
  return new Set(Object.keys(chosen).filter((name) => chosen[name] === true));
}
