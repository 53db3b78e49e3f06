import type { IncomingHttpHeaders } from 'node:http';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { Deadline } from '@lockstep/runtime/http/deadline.ts';
import { exportedFunction, type HookModule, loadHookModule } from './hook-module.ts';
import { withDeadline } from './with-deadline.ts';

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

/** Loads the function that a module exports under a name. @throws {ConfigurationError} where there is none */
export async function loadHook(module: HookModule, name: string): Promise<Hook> {
  const hook = exportedFunction(await loadHookModule(module), name, module.module);
  if (!isHook(hook)) throw new ConfigurationError(`${module.module} exports no function ${name}`);
  return hook;
}

/** @throws whatever the hook does, and where nobody waits for it any more */
export async function askHook(
  hook: Hook,
  names: readonly string[],
  request: HookRequest,
  deadline?: Deadline,
): Promise<ReadonlySet<string>> {
  return toNames(await withDeadline(() => hook(names, request), { signal: request.signal, deadline }));
}

function isHook(value: unknown): value is Hook {
  return typeof value === 'function';
}

function toNames(chosen: ChosenNames): ReadonlySet<string> {
  if (Symbol.iterator in chosen) return new Set(chosen);
  return new Set(Object.keys(chosen).filter((name) => chosen[name] === true));
}
