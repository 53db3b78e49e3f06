import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Operation } from './operations/document.ts';

/** An operation that took much of a process once, and its entrance. */
export interface KnownAttack {
  readonly name?: string;
  readonly graph: string;
  readonly entrance: string;
  readonly operation: Operation;
}

/** Reads attacks, or findings, from a JSON file. */
export function readAttacks(file: string): readonly KnownAttack[] {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The worst operations that were found so far. */
export const corpus = readAttacks(join(import.meta.dirname, 'corpus.json'));
