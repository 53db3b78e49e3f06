import { isRecord } from '@lockstep/runtime/json-record.ts';
import type { GraphQLFormattedError } from 'graphql';
import type { FetchParts } from './fetch.ts';
import type { Path } from './places.ts';
import type { PlanExecution } from './plan-execution.ts';

/** Part of an answer that errors can be about: one entity, or the root fields of a fetch. */
export interface ErrorSubject {
  /** Places that wait for it. */
  readonly places: readonly Path[];
  /** Its value in the answer. */
  readonly value: unknown;
}

/** An error's path, as far as it leads into an answer. */
export interface ErrorLocation {
  readonly subject: ErrorSubject;
  /** Path below the subject, by the subgraph's keys. */
  readonly below: Path;
}

/**
 * Reports the errors of an answer, in time and number linear in the sizes of the answer and of the client's.
 *
 * The first error about a value is reported at each place that waits for it, further errors about the same value at the
 * first place only: several errors about an entity with many places would otherwise multiply. An error that isn't about
 * part of the answer is reported once; fetches of a plan that share a call each report it, as each leaves nulls of its own.
 * https://github.com/apollographql/router/issues/8962
 *
 * @param locate returns undefined for a path that doesn't lead into the answer
 * @param fallback returns the nearest path that an error without a location can belong to
 */
export function reportErrors(
  { parts, execution }: { readonly parts: FetchParts; readonly execution: PlanExecution },
  errors: readonly GraphQLFormattedError[],
  locate: (path: Path) => ErrorLocation | undefined,
  fallback: () => Path,
): void {
  const { subgraph } = parts.constants;
  const seen = new Map<ErrorSubject, Set<string>>();
  let nearest: Path | undefined;
  for (const error of errors) {
    const location = locate(pathOf(error));
    if (!location) {
      nearest ??= fallback();
      execution.errors.addFromSubgraph(subgraph, error, nearest);
      continue;
    }
    const { subject, below } = location;
    const known = seen.get(subject) ?? new Set();
    seen.set(subject, known);
    const value = visiblePart(subject.value, below).join('.');
    const renamed = below.map((key) => (typeof key === 'string' ? parts.renamed(key) : key));
    const places = known.has(value) ? subject.places.slice(0, 1) : subject.places;
    known.add(value);
    for (const place of places) execution.errors.addFromSubgraph(subgraph, error, [...place, ...renamed]);
  }
}

/** Returns the path of an error up to the first element that can't be one. */
function pathOf({ path }: GraphQLFormattedError): Path {
  if (!Array.isArray(path)) return [];
  const invalid = path.findIndex((key) => typeof key !== 'string' && !Number.isInteger(key));
  return invalid < 0 ? path : path.slice(0, invalid);
}

/** Returns the part of a path that leads to a value. */
function visiblePart(root: unknown, path: Path): Path {
  let value = root;
  const end = path.findIndex((key) => {
    if (Array.isArray(value) && typeof key === 'number' && key < value.length) value = value[key];
    else if (isRecord(value) && typeof key === 'string' && Object.hasOwn(value, key)) value = value[key];
    else return true;
    return false;
  });
  return end < 0 ? path : path.slice(0, end);
}

/** Returns the longest path that all paths begin with. */
export function commonPath([first = [], ...others]: readonly Path[]): Path {
  let { length } = first;
  for (const path of others) {
    let equal = 0;
    while (equal < length && path[equal] === first[equal]) equal++;
    length = equal;
  }
  return first.slice(0, length);
}
