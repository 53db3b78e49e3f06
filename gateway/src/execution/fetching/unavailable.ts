import { isRecord, type JsonRecord } from '@lockstep/runtime/json-record.ts';
import type { KeyTree } from '../../planning/plan/fetch-documents.ts';

/** Stands for a value that a fetch could not give; the errors say why. */
export const FAILED = Symbol('failed');

/** Stands for a value of an entity that its subgraph does not know. */
export const ABSENT = Symbol('absent');

export type Unavailable = typeof FAILED | typeof ABSENT;

/** Marks what a fetch should have filled in, and nothing that is there. */
export function markUnavailable(target: unknown, keys: KeyTree, mark: Unavailable): void {
  if (Array.isArray(target)) {
    for (const item of target) markUnavailable(item, keys, mark);
  } else if (isRecord(target)) {
    for (const [key, below] of keys) markKey(target, key, below, mark);
  }
}

function markKey(target: JsonRecord, key: string, below: KeyTree, mark: Unavailable): void {
  if (key === '__typename') return;
  if (!Object.hasOwn(target, key) || target[key] === undefined) target[key] = mark;
  else markUnavailable(target[key], below, mark);
}
