import type { IncomingHttpHeaders } from 'node:http';
import { foldHeaderName, isReserved } from '../../configuration/reserved-headers.ts';
import type { RequestRule } from '../../configuration/sections/headers.ts';
import { ForwardedHeaders } from '../forwarded-headers.ts';
import { claimValue, headerValue, namesOfConnection, removal } from './header-values.ts';

/** Client that sent the request. */
export interface Client {
  /** By name in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly claims: Readonly<Record<string, unknown>> | undefined;
}

/** State of the rules while they run: headers for the subgraph so far, and names that must not pass. */
interface Forwarding {
  readonly client: Client;
  readonly values: Map<string, string>;
  readonly ofConnection: ReadonlySet<string> | undefined;
}

type Step = (forwarding: Forwarding) => void;

/**
 * Rules for the headers that go to one subgraph. They run in their order. A name that a rule inserts is never filled from
 * the client's request, whatever the order and the spelling: a subgraph may trust it. If several propagate to one name the first counts, as
 * in Apollo Router (https://www.apollographql.com/docs/graphos/routing/header-propagation).
 */
export class RequestHeaderRules {
  readonly #steps: readonly Step[];

  constructor(rules: readonly RequestRule[]) {
    const inserted = new Set(rules.flatMap(({ insert }) => (insert ? foldHeaderName(insert.name) : [])));
    this.#steps = rules.map((rule) => compile(rule, inserted));
  }

  apply(client: Client): ForwardedHeaders {
    const values = new Map<string, string>();
    const forwarding = { client, values, ofConnection: namesOfConnection(client.headers) };
    for (const step of this.#steps) step(forwarding);
    return values.size === 0 ? ForwardedHeaders.NONE : new ForwardedHeaders(Object.fromEntries(values));
  }
}

/** @param inserted folded names that rules insert */
function compile({ propagate, insert, remove }: RequestRule, inserted: ReadonlySet<string>): Step {
  if (propagate?.named !== undefined) {
    const { named, rename = named, default: fallback } = propagate;
    return inserted.has(foldHeaderName(rename)) ? () => {} : propagateNamed(named, rename, fallback);
  }
  if (propagate?.matching !== undefined) return propagateMatching(new RegExp(propagate.matching, 'iu'), inserted);
  if (insert?.value !== undefined) {
    const { name, value } = insert;
    return ({ values }) => values.set(name, value);
  }
  if (insert?.claim !== undefined) return insertClaim(insert.name, insert.claim);
  const leaveOut = removal(remove ?? {});
  return ({ values }) => leaveOut(values);
}

function propagateNamed(named: string, target: string, fallback: string | undefined): Step {
  return ({ client, values, ofConnection }) => {
    const value = (ofConnection?.has(named) ? undefined : headerValue(client.headers, named)) ?? fallback;
    if (value !== undefined && !values.has(target)) values.set(target, value);
  };
}

function propagateMatching(matching: RegExp, inserted: ReadonlySet<string>): Step {
  return ({ client, values, ofConnection }) => {
    for (const name of Object.keys(client.headers)) {
      if (!matching.test(name) || values.has(name) || inserted.has(foldHeaderName(name))) continue;
      if (isReserved(name, 'to subgraphs') || ofConnection?.has(name)) continue;
      const value = headerValue(client.headers, name);
      if (value !== undefined) values.set(name, value);
    }
  };
}

/** Removes the header if the claim is missing, even if an earlier rule inserted it. */
function insertClaim(name: string, claim: string): Step {
  return ({ client, values }) => {
    const value = claimValue(client.claims, claim);
    if (value === undefined) values.delete(name);
    else values.set(name, value);
  };
}
