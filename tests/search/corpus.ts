import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Operation } from './operations/document.ts';

/** An operation that took much of a process once. */
export interface KnownAttack {
  readonly name: string;
  readonly graph: string;
  readonly entrance: string;
  readonly operation: Operation;
}

/** The worst operations that were found so far. */
export const corpus: readonly KnownAttack[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'corpus.json'), 'utf8'),
);
