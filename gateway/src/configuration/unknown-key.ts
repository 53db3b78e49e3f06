import leven from 'leven';
import { ANY_INDEX, ANY_NAME, keysOfFile, propertiesOf, schemasAt } from './json-schema.ts';
import type { KeyPath } from './supergraph-document.ts';

/** Maximum number of changes between similar names, for each letter of the longer one. */
const CHANGES_PER_LETTER = 0.4;
const MAX_SHOWN = 3;

/**
 * Returns advice on an unknown key: the nearest known key, here or elsewhere, or all known keys of this mapping.
 *
 * @param rule advice on the mapping as a whole, if its definition has any
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
  if (nearest !== undefined && changes(nearest, key) <= 1) return suggest(nearest);
  const elsewhere = rule === undefined ? placesOf(key, above) : [];
  if (elsewhere.length > 0) return suggest(...elsewhere);
  if (nearest !== undefined) return suggest(nearest);
  if (rule !== undefined) return rule;
  return siblings.length > 0 ? `known keys: ${siblings.join(', ')}` : 'remove it';
}

function suggest(...keys: readonly string[]): string {
  return `did you mean ${keys.map((key) => `"${key}"`).join(' or ')}?`;
}

/** Returns other places in which the file has such a key, those below this mapping first. */
function placesOf(key: string, above: KeyPath): string[] {
  const paths = keysOfFile().map(({ path }) => path);
  const names = paths.filter((path) => changes(path.at(-1) ?? '', key) === 0).map((path) => nameOf(path, above));
  const isBelow = (place: string) => above.length > 0 && place.startsWith(`${above.join('.')}.`);
  return names.toSorted((a, b) => Number(isBelow(b)) - Number(isBelow(a))).slice(0, MAX_SHOWN);
}

/** Writes a path with its placeholders replaced by the names in this mapping's own path. */
function nameOf(path: KeyPath, above: KeyPath): string {
  return path.map((key, depth) => (key === ANY_NAME || key === ANY_INDEX ? (above[depth] ?? key) : key)).join('.');
}

function isAlike(a: string, b: string): boolean {
  return changes(a, b) <= Math.round(CHANGES_PER_LETTER * Math.max(a.length, b.length));
}

/** Returns the number of letters to change; case, hyphens and underscores are ignored. */
function changes(a: string, b: string): number {
  return leven(plain(a), plain(b));
}

function plain(key: string): string {
  return key.toLowerCase().replaceAll(/[-_]/g, '');
}
