import type { IncomingHttpHeaders } from 'node:http';
import { isHeaderValue, isReserved } from '../../configuration/reserved-headers.ts';
import type { HeaderSettings, ResponseRule } from '../../configuration/sections/headers.ts';
import { ageSecondsOf, StrictestCacheControl } from './cache-control.ts';
import { headerValue, namesOfConnection, removal, variesWithRequest } from './header-values.ts';

/** Header that one answer of a subgraph gives to the client, and how it is combined with those of other answers. */
interface Given {
  readonly value: string;
  readonly algorithm: 'first' | 'last' | 'append';
}

/** State of the rules while they run on a subgraph's answer. */
interface Reading {
  readonly headers: IncomingHttpHeaders;
  readonly ofConnection: ReadonlySet<string> | undefined;
  readonly given: Map<string, Given>;
}

type Step = (reading: Reading) => void;

/** Rules for the headers of one subgraph's answers. They run in their order. */
export class ResponseHeaderRules {
  readonly #steps: readonly Step[];

  constructor(rules: readonly ResponseRule[]) {
    this.#steps = rules.map(compile);
  }

  /** Returns the headers that an answer of the subgraph gives to the client, by name. */
  read(headers: IncomingHttpHeaders): ReadonlyMap<string, Given> {
    const reading = { headers, ofConnection: namesOfConnection(headers), given: new Map<string, Given>() };
    for (const step of this.#steps) step(reading);
    return reading.given;
  }
}

function compile({ propagate, insert, remove }: ResponseRule): Step {
  if (propagate) {
    const { named, algorithm = 'last' } = propagate;
    if (named === undefined) return propagateMatching(new RegExp(propagate.matching ?? '(?!)', 'iu'), algorithm);
    return propagateNamed(named, propagate.rename ?? named, propagate.default, algorithm);
  }
  if (insert) return ({ given }) => given.set(insert.name, { value: insert.value, algorithm: 'last' });
  const leaveOut = removal(remove ?? {});
  return ({ given }) => leaveOut(given);
}

function propagateNamed(
  named: string,
  target: string,
  fallback: string | undefined,
  algorithm: Given['algorithm'],
): Step {
  return ({ headers, ofConnection, given }) => {
    const value = (ofConnection?.has(named) ? undefined : headerValue(headers, named)) ?? fallback;
    if (value !== undefined) given.set(target, { value, algorithm });
  };
}

function propagateMatching(matching: RegExp, algorithm: Given['algorithm']): Step {
  return ({ headers, ofConnection, given }) => {
    for (const name of Object.keys(headers)) {
      if (!matching.test(name) || isReserved(name, 'to clients') || ofConnection?.has(name)) continue;
      const value = headerValue(headers, name);
      if (value !== undefined) given.set(name, { value, algorithm });
    }
  };
}

/** Traits of an answer that decide who may store it. */
interface Answer {
  readonly isUncacheable: boolean;
  readonly isPersonal: boolean;
}

/** Headers of one answer to a client that come from rules. */
export class AnswerHeaders {
  readonly #inserted: HeaderSettings['inserted'];
  readonly #values = new Map<string, string>();
  /** Undefined if no rule lets a `cache-control` pass: all answers have the gateway's own then. */
  readonly #cacheControl: StrictestCacheControl | undefined;

  constructor(inserted: HeaderSettings['inserted'], mergesCacheControl: boolean) {
    this.#inserted = inserted;
    this.#cacheControl = mergesCacheControl ? new StrictestCacheControl() : undefined;
  }

  /** Adds the headers that an answer of a subgraph gives. */
  add(rules: ResponseHeaderRules | undefined, headers: IncomingHttpHeaders): void {
    const given = rules?.read(headers);
    for (const [name, { value, algorithm }] of given ?? []) {
      if (name === 'cache-control' || !isHeaderValue(value)) continue;
      if (name === 'age' && this.#cacheControl) continue; // it has one of all its parts
      const before = this.#values.get(name);
      if (before === undefined || algorithm === 'last') this.#values.set(name, value);
      else if (algorithm === 'append') this.#values.set(name, `${before}, ${value}`);
    }
    if (variesWithRequest(headers)) this.#cacheControl?.forbid();
    this.#cacheControl?.add(given?.get('cache-control')?.value, ageSecondsOf(headers));
  }

  /**
   * Yields the headers.
   *
   * @param isUncacheable true if the answer has errors, for example because a call failed, or is that to a mutation
   * @param isPersonal true if the answer depends on who asked
   */
  *entries({ isUncacheable, isPersonal }: Answer): Generator<[string, string]> {
    yield* this.#values;
    if (isUncacheable) this.#cacheControl?.forbid();
    if (this.#cacheControl) {
      yield ['cache-control', this.#cacheControl.toString(isPersonal)];
      if (this.#cacheControl.ageSeconds > 0) yield ['age', String(this.#cacheControl.ageSeconds)];
    }
    for (const { name, value } of this.#inserted) yield [name, value];
  }
}
