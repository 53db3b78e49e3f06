import { pathToFileURL } from 'node:url';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { versionOf } from '../configuration/module-version.ts';

/** A hook module named in the settings. */
export interface HookModule {
  /** Absolute path. */
  readonly module: string;
  /** Version of its content when the settings were read. */
  readonly version?: string | undefined;
}

type Exports = Readonly<Record<string, unknown>>;

/** Number of failed imports by module URL. Node never retries a URL that failed: https://github.com/whatwg/html/issues/6768 */
const failures = new Map<string, number>();

/**
 * Loads a module, again if its content has changed.
 *
 * @throws {ConfigurationError} if it can't be loaded
 */
export async function loadHookModule({ module: file, version = versionOf(file) }: HookModule): Promise<Exports> {
  const address = `${pathToFileURL(file).href}?${version}`;
  const failed = failures.get(address) ?? 0;
  try {
    const exports: Exports = await import(failed === 0 ? address : `${address}-${failed}`);
    if (versionOf(file) !== version) throw new Error(`${file} changed while it was loaded`);
    return exports;
  } catch (error) {
    failures.set(address, failed + 1);
    throw new ConfigurationError(`The hook can't be loaded: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * Returns the function that a module exports under a name, or undefined if it has no such export.
 *
 * @throws {ConfigurationError} if the export is not a function
 */
export function exportedFunction(
  exports: Exports,
  name: string,
  file: string,
): ((...given: never[]) => unknown) | undefined {
  const value = exports[name];
  if (value === undefined || isFunction(value)) return value;
  throw new ConfigurationError(`${file} exports no function ${name}; export one`);
}

function isFunction(value: unknown): value is (...given: never[]) => unknown {
  return typeof value === 'function';
}
