import { crc32 } from 'node:zlib';
import type { Drop, Traits } from '../drop.ts';
import { GENERATION_LENGTH } from './scripts.ts';

/** Number of slots in the table of drops, of six bytes each. With more of them, fewer entries are dropped with others. */
const SLOTS = 2 ** 20;
/** First slot behind the name of the generation. */
const FIRST_SLOT = Math.ceil(GENERATION_LENGTH / 6);

/** Numbers of slots that one drop writes; Redis does nothing else meanwhile. Beyond it everything is dropped. */
const MAX_DROPPED = 5000;
/** Numbers of slots that are read with an entry. With more of them it isn't stored. */
const MAX_OF_ENTRY = 1000;

/** Slot of every entry. */
const EVERYTHING = slotOf('');

/** Returns the slots of an entry: it is dropped by what is written to any of them. Undefined if there are too many. */
export function slotsOfEntry({ subgraph, entityType, keys, innerTypes }: Traits): number[] | undefined {
  const labels = [`subgraph ${subgraph}`];
  for (const type of innerTypes) labels.push(`inner ${type}`, `inner ${subgraph} ${type}`);
  if (entityType !== undefined) {
    labels.push(`type ${entityType}`, `type ${subgraph} ${entityType}`);
    for (const key of keys) labels.push(`key ${key}`, `key ${subgraph} ${entityType} ${key}`);
  }
  return labels.length < MAX_OF_ENTRY ? [EVERYTHING, ...labels.map(slotOf)] : undefined;
}

/** Returns the slots that are written so that an entry is dropped if {@link isDropped} says so. */
export function slotsOfDrop({ keys, types, wholeTypes, subgraphs, within, keysOf }: Drop): number[] {
  const place = within === undefined ? '' : `${within} `;
  const isOfOne = within !== undefined && keysOf !== undefined;
  const slots = new Set<number>();
  for (const subgraph of subgraphs) slots.add(slotOf(`subgraph ${subgraph}`));
  for (const type of types) slots.add(slotOf(`inner ${place}${type}`));
  for (const type of wholeTypes) slots.add(slotOf(`type ${place}${type}`));
  for (const key of keys) slots.add(slotOf(isOfOne ? `key ${within} ${keysOf} ${key}` : `key ${key}`));
  return slots.size > MAX_DROPPED ? [EVERYTHING] : [...slots];
}

function slotOf(label: string): number {
  return FIRST_SLOT + (crc32(label) % SLOTS);
}
