import type { IncomingHttpHeaders } from 'node:http';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { Deadline } from '@lockstep/runtime/http/deadline.ts';
import { exportedFunction, type HookModule, loadHookModule } from './hook-module.ts';
import { withDeadline } from './with-deadline.ts';

/** Data of the request that a hook receives. */
export interface HookRequest {
  /** Claims of the verified token; undefined for a request without a token. */
  readonly claims: Readonly<Record<string, unknown>> | undefined;
  /** Headers of the client's request, by lower-case name. */
  readonly headers: IncomingHttpHeaders;
  /** Aborted when nobody waits for the response any more. */
  readonly signal: AbortSignal;
}

/** Chosen names: those listed, or those mapped to true. */
export type ChosenNames = Iterable<string> | Readonly<Record<string, boolean>>;

/** Chooses among names for one request. */
export type Hook = (names: readonly string[], request: HookRequest) => ChosenNames | Promise<ChosenNames>;

/**
 * Loads the function that a module exports under a name.
 *
 * @throws {ConfigurationError} if it exports none
 */
export async function loadHook(module: HookModule, name: string): Promise<Hook> {
  const hook = exportedFunction(await loadHookModule(module), name, module.module);
  if (!isHook(hook)) throw new ConfigurationError(`${module.module} exports no function ${name}; export one`);
  return hook;
}

/**
 * Calls a hook. Resolves with the names that it chose.
 *
 * @throws the hook's error, or an `ExpectedError` if nobody waits for the result any more
 */
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
