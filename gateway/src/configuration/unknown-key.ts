import leven from 'leven';
import { ANY_INDEX, ANY_NAME, keysOfFile, propertiesOf, schemasAt } from './json-schema.ts';
import type { KeyPath } from './supergraph-document.ts';

/** Two names are alike up to so many changes for each letter of the longer one. */
const CHANGES_PER_LETTER = 0.4;
const MAX_SHOWN = 3;

/**
 * What to do about a key that there is not: the nearest that there is, here or elsewhere, or all that there are here.
 *
 * @param rule what would do in place of the whole mapping, where its definition says that
 */
export function adviseOnUnknownKey(above: KeyPath, key: string, rule?: string): string {
  const siblings = [
    ...new Set(
      schemasAt(above)
        .flatMap(propertiesOf)
        .map(([name]) => name),
    ),
  ];
  const [nearest] = siblings.filter((name) => isAlike(name, key)).toSorted((a, b) => changes(a, key) - changes(b, key));
  if (nearest !== undefined && changes(nearest, key) <= 1) return `did you mean ${nearest}?`;
  const elsewhere = rule === undefined ? placesOf(key, above) : [];
  if (elsewhere.length > 0) return `did you mean ${elsewhere.join(' or ')}?`;
  if (nearest !== undefined) return `did you mean ${nearest}?`;
  if (rule !== undefined) return rule;
  return siblings.length > 0 ? `known here: ${siblings.join(', ')}` : 'remove it';
}

/** Where else the file has such a key: those below this place first. */
function placesOf(key: string, above: KeyPath): string[] {
  const paths = keysOfFile().map(({ path }) => path);
  const names = paths.filter((path) => changes(path.at(-1) ?? '', key) === 0).map((path) => nameOf(path, above));
  const isBelow = (place: string) => above.length > 0 && place.startsWith(`${above.join('.')}.`);
  return names.toSorted((a, b) => Number(isBelow(b)) - Number(isBelow(a))).slice(0, MAX_SHOWN);
}

/** The path as one would write it here: where it leads through the same mappings, with the names that those have. */
function nameOf(path: KeyPath, above: KeyPath): string {
  return path.map((key, depth) => (key === ANY_NAME || key === ANY_INDEX ? (above[depth] ?? key) : key)).join('.');
}

function isAlike(a: string, b: string): boolean {
  return changes(a, b) <= Math.round(CHANGES_PER_LETTER * Math.max(a.length, b.length));
}

/** How many letters have to change; how words are put together in a name doesn't count. */
function changes(a: string, b: string): number {
  return leven(plain(a), plain(b));
}

function plain(key: string): string {
  return key.toLowerCase().replaceAll(/[-_]/g, '');
}
