import { isDeepStrictEqual } from 'node:util';
import { settingsOf } from './settings-in-force.ts';
import { type SupergraphSource, valuesIn } from './supergraph-file.ts';

/** Maximum number of changes that are listed. */
const MAX_LISTED = 30;
const MAX_VALUE_LENGTH = 100;

interface Setting {
  readonly value: unknown;
  readonly shown: string;
}

/**
 * Describes how the settings of two texts of a supergraph file differ: each key with its value before and after, without secrets.
 * A subgraph that is new or gone is one change.
 *
 * @param before text that was valid
 * @param after text that is valid
 */
export function describeChanges(before: string, after: string, source: SupergraphSource): string[] {
  if (before === after) return []; // only a schema has changed: reading a wide graph's settings takes tens of milliseconds
  const [old, now] = [before, after].map((text) => toSettings(text, source));
  const changes = changesOf(old ?? new Map(), now ?? new Map());
  const rest = changes.length - MAX_LISTED;
  return rest > 0 ? [...changes.slice(0, MAX_LISTED), `and ${rest} more`] : changes;
}

function changesOf(old: ReadonlyMap<string, Setting>, now: ReadonlyMap<string, Setting>): string[] {
  const [before, after] = [subgraphsIn(old), subgraphsIn(now)];
  const added = [...after].filter((name) => !before.has(name));
  const removed = [...before].filter((name) => !after.has(name));
  const isOfOther = (path: string) => {
    const name = subgraphOf(path);
    return name === undefined || (before.has(name) && after.has(name));
  };
  const paths = [...new Set([...old.keys(), ...now.keys()])].filter(isOfOther);
  return [
    ...added.map((name) => `subgraphs.${name}: added`),
    ...removed.map((name) => `subgraphs.${name}: removed`),
    ...paths.flatMap((path) => changeOf(path, old.get(path), now.get(path))),
  ];
}

function changeOf(path: string, old: Setting | undefined, now: Setting | undefined): string[] {
  if (isDeepStrictEqual(old?.value, now?.value)) return [];
  const [before, after] = [shorten(old), shorten(now)];
  return [`${path}: ${before === after ? `changed, ${after}` : `${before} → ${after}`}`];
}

function shorten(setting: Setting | undefined): string {
  if (!setting) return 'off';
  const { shown } = setting;
  return shown.length > MAX_VALUE_LENGTH ? `${shown.slice(0, MAX_VALUE_LENGTH)}…` : shown;
}

function toSettings(text: string, source: SupergraphSource): Map<string, Setting> {
  return new Map(
    settingsOf(valuesIn(text, source)).map(({ path, value, shown }) => [path.join('.'), { value, shown }]),
  );
}

function subgraphsIn(settings: ReadonlyMap<string, Setting>): ReadonlySet<string> {
  return new Set([...settings.keys()].flatMap((path) => subgraphOf(path) ?? []));
}

function subgraphOf(path: string): string | undefined {
  const [root, name] = path.split('.');
  return root === 'subgraphs' ? name : undefined;
}
