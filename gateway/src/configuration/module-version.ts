import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Equal for the same content of a module's file. Of what it imports itself nothing is known: Node loads that once. */
export function versionOf(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16);
  } catch {
    return 'unreadable'; // whoever loads it says why
  }
}
