import { pathToFileURL } from 'node:url';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { versionOf } from '../configuration/module-version.ts';

/** A module that the settings name. */
export interface HookModule {
  /** Its absolute path. */
  readonly module: string;
  /** That of its content when the settings were read. */
  readonly version?: string | undefined;
}

type Exports = Readonly<Record<string, unknown>>;

/** How often a version of a module was tried in vain: Node never loads an address again that failed. */
const failures = new Map<string, number>();

/**
 * What a module exports. One whose content has changed is loaded anew, and one that hasn't is the same as ever.
 *
 * @throws {ConfigurationError} where it can't be loaded, whatever the reason
 */
export async function loadHookModule({ module: file, version = versionOf(file) }: HookModule): Promise<Exports> {
  const address = `${pathToFileURL(file).href}?${version}`;
  const failed = failures.get(address) ?? 0;
  try {
    const exports: Exports = await import(failed === 0 ? address : `${address}-${failed}`);
    if (versionOf(file) !== version) throw new Error(`${file} changed while it was read`);
    return exports;
  } catch (error) {
    failures.set(address, failed + 1);
    throw new ConfigurationError(`The hook can't be loaded: ${error instanceof Error ? error.message : error}`);
  }
}

/** The function that a module exports under a name; undefined where it exports nothing under it. @throws {ConfigurationError} */
export function exportedFunction(
  exports: Exports,
  name: string,
  file: string,
): ((...given: never[]) => unknown) | undefined {
  const value = exports[name];
  if (value === undefined || isFunction(value)) return value;
  throw new ConfigurationError(`${file} exports no function ${name}`);
}

function isFunction(value: unknown): value is (...given: never[]) => unknown {
  return typeof value === 'function';
}
