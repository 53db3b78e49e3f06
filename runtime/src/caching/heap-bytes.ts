import { getHeapStatistics } from 'node:v8';
import { type DocumentNode, Location, type Token } from 'graphql';

// Sizes of V8's objects without pointer compression, as Node is built: https://v8.dev/blog/pointer-compression

const WORD = 8;
/** Header of an object, with its own properties behind it. */
const OBJECT = 3 * WORD;
/** An array and its elements' header. */
const ARRAY = 6 * WORD;
/** Elements for which there is room as soon as one is pushed. */
const MIN_ELEMENTS = 17;
const STRING = 2 * WORD;
/** A map or set with its first four entries; those after it take {@link MAP_ENTRY} each. */
const MAP = 200;
const MAP_ENTRY = 5 * WORD;
/** A property that was added to a complete object, as graphql-js adds `loc` to nodes. */
const ADDED_PROPERTY = 5 * WORD;

/** A token of a document, which is linked to its neighbours, with its text. */
const TOKEN = OBJECT + 9 * WORD;
const LOCATION = OBJECT + 5 * WORD;
/** Parts of a document that are there once. */
const DOCUMENT = 700;

/** Heap beyond which caches get no larger. */
const LARGE_HEAP = 2 ** 30;

/**
 * Returns a share of the heap that this process may use, in bytes, as the bound of a cache. Caches of a process with a large
 * heap get no larger than in one of 1 GB.
 */
export function shareOfHeap(share: number): number {
  return Math.floor(Math.min(getHeapStatistics().heap_size_limit, LARGE_HEAP) * share);
}

/** Returns the bytes of a text on the heap. */
export function textBytes(text: string): number {
  return STRING + (isLatin1(text) ? text.length : 2 * text.length);
}

const ofDocuments = new WeakMap<DocumentNode, number>();

/** Returns the bytes that a document holds: its text, its tokens and its nodes. */
export function documentBytes(document: DocumentNode): number {
  const known = ofDocuments.get(document);
  if (known !== undefined) return known;
  const { loc } = document;
  let bytes = DOCUMENT + dataBytes(document);
  if (loc) bytes += textBytes(loc.source.body);
  for (let token: Token | null = loc?.startToken ?? null; token; token = token.next) bytes += TOKEN;
  ofDocuments.set(document, bytes);
  return bytes;
}

/**
 * Returns the bytes that data hold: objects of any class, arrays, maps and sets, each counted once.
 *
 * @param counted objects that are not counted again
 */
export function dataBytes(value: unknown, counted = new Set<object>()): number {
  if (typeof value === 'string') return value.length < 2 ? 0 : STRING + WORD * Math.ceil(value.length / WORD);
  if (typeof value !== 'object' || value === null || counted.has(value)) return 0;
  counted.add(value);
  if (value instanceof Location) return LOCATION + ADDED_PROPERTY;
  if (value instanceof Map) return entriesBytes(value.entries(), counted);
  if (value instanceof Set) return entriesBytes(value.entries(), counted);
  if (Array.isArray(value)) return itemsBytes(value, counted);
  let bytes = OBJECT;
  for (const key in value) bytes += WORD + dataBytes(Reflect.get(value, key), counted);
  return bytes;
}

function itemsBytes(items: readonly unknown[], counted: Set<object>): number {
  if (items.length === 0) return ARRAY;
  const elements = ARRAY + WORD * Math.max(items.length, MIN_ELEMENTS);
  return items.reduce<number>((sum, item) => sum + dataBytes(item, counted), elements);
}

function entriesBytes(entries: Iterable<readonly [unknown, unknown]>, counted: Set<object>): number {
  let bytes = MAP;
  for (const [key, value] of entries) bytes += MAP_ENTRY + dataBytes(key, counted) + dataBytes(value, counted);
  return bytes;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all characters of one byte
const LATIN_1 = /^[\u0000-\u00ff]*$/;

function isLatin1(text: string): boolean {
  return LATIN_1.test(text);
}
