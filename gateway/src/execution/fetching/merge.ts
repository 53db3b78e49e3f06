import { isRecord, type JsonRecord } from '@lockstep/runtime/json-record.ts';
import type { TypeRelations } from './type-relations.ts';

/**
 * Merges fetched data into an object of the plan's data. Lists are merged item by item: two fetches that both return one
 * were asked for the same list.
 */
export function mergeInto(target: JsonRecord, source: JsonRecord, types: TypeRelations): void {
  for (const key in source) {
    const value = source[key];
    const known = target[key];
    if (value === undefined || value === known || key === '__proto__') continue;
    if (typeof known !== 'object' || known === null) {
      if (key !== '__typename' || known === undefined || !types.isInterface(value)) target[key] = value;
    } else if (!mergeValues(known, value, types)) {
      target[key] = value;
    }
  }
}

/** Returns false if the two values can't be merged. */
function mergeValues(known: unknown, value: unknown, types: TypeRelations): boolean {
  if (known === value) return true;
  if (isRecord(known) && isRecord(value)) {
    mergeInto(known, value, types);
    return true;
  }
  if (!Array.isArray(known) || !Array.isArray(value) || known.length !== value.length) return false;
  for (let index = 0; index < value.length; index++) {
    if (!mergeValues(known[index], value[index], types)) known[index] = value[index];
  }
  return true;
}
