import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Returns a hash of a module's file. It does not cover what the module imports, which Node loads once per process. */
export function versionOf(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16);
  } catch {
    return 'unreadable'; // loading it reports the reason
  }
}
