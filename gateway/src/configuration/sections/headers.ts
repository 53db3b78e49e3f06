import { z } from 'zod';
import { type Direction, isReserved } from '../reserved-headers.ts';

const NAME_RULE = 'give the name of a header, such as x-request-id';
const VALUE_RULE = 'give a text of printable ASCII characters';
const MATCHING_RULE = 'give a regular expression of header names, such as ^x-';
const CLAIM_RULE = 'give the name of a claim, such as sub or realm_access.roles';
const ALGORITHMS = ['first', 'last', 'append'] as const;

const value = z.string(VALUE_RULE).regex(/^[\x20-\x7e]*$/, VALUE_RULE);
const matching = z.string(MATCHING_RULE).refine(isExpression, MATCHING_RULE).optional();

function headerName(direction: Direction) {
  return z
    .string(NAME_RULE)
    .regex(/^[\w!#$%&'*+.^`|~-]+$/, NAME_RULE)
    .toLowerCase()
    .refine(
      (name) => !isReserved(name, direction),
      `can't be passed ${direction}, because the gateway sets it or it belongs to one connection; give another, or remove the rule`,
    );
}

/** Returns the arguments of a refinement that an object has exactly one of these keys. */
function oneOf(...keys: readonly string[]) {
  return [
    (object: object) => keys.filter((key) => key in object).length === 1,
    `give one of ${keys.join(', ')}`,
  ] as const;
}

const isNamed = ({ named, rename, default: value }: Record<string, unknown>) =>
  named !== undefined || (rename === undefined && value === undefined);
const NAMED_RULE = 'rename and default need named; give named, or leave them out';

function remove(direction: Direction) {
  return z
    .strictObject({
      named: headerName(direction).optional().describe('Header to remove.'),
      matching: matching.describe('Removes headers whose names match this regular expression.'),
    })
    .refine(...oneOf('named', 'matching'))
    .optional()
    .describe('Removes headers that earlier rules let pass.');
}

const requestRule = z
  .strictObject({
    propagate: z
      .strictObject({
        named: headerName('to subgraphs').optional().describe('Client header to pass on.'),
        matching: matching.describe('Passes on headers whose names match this regular expression.'),
        rename: headerName('to subgraphs').optional().describe('Name under which it is passed on.'),
        default: value.optional().describe('Value used if the client sends none.').meta({ writeOnly: true }),
      })
      .refine(...oneOf('named', 'matching'))
      .refine(isNamed, NAMED_RULE)
      .optional()
      .describe('Passes client headers on.'),
    insert: z
      .strictObject({
        name: headerName('to subgraphs').describe('Name of the header. A client header of that name is not passed on.'),
        value: value.optional().describe('Value of the header.').meta({ writeOnly: true }),
        claim: z
          .string(CLAIM_RULE)
          .min(1, CLAIM_RULE)
          .optional()
          .describe("Claim of the client's token to take the value from; dots separate nested claims."),
      })
      .refine(...oneOf('value', 'claim'))
      .optional()
      .describe('Adds a header.'),
    remove: remove('to subgraphs'),
  })
  .refine(...oneOf('propagate', 'insert', 'remove'));

const responseRule = z
  .strictObject({
    propagate: z
      .strictObject({
        named: headerName('to clients').optional().describe('Subgraph header to pass to the client.'),
        matching: matching.describe('Passes on headers whose names match this regular expression.'),
        rename: headerName('to clients').optional().describe('Name under which it is passed on.'),
        default: value.optional().describe('Value used if the subgraph sends none.').meta({ writeOnly: true }),
        algorithm: z
          .enum(ALGORITHMS, { error: `give one of ${ALGORITHMS.join(', ')}` })
          .optional()
          .describe(
            'Value used if several subgraphs send the header: the first, the last (the default), or all of them, separated by commas (append).',
          ),
      })
      .refine(...oneOf('named', 'matching'))
      .refine(isNamed, NAMED_RULE)
      .refine(
        ({ named, rename, algorithm }) => ![named, rename].includes('cache-control') || (!rename && !algorithm),
        'leave out rename and algorithm; the strictest cache-control always wins',
      )
      .optional()
      .describe('Passes subgraph headers on. For cache-control the client gets the strictest of all calls.'),
    insert: z
      .strictObject({
        name: headerName('to clients')
          .refine((name) => name !== 'cache-control', 'give propagate: { named: cache-control, default: … } instead')
          .describe('Name of the header.'),
        value: value.describe('Value of the header.').meta({ writeOnly: true }),
      })
      .optional()
      .describe('Adds a header.'),
    remove: remove('to clients'),
  })
  .refine(...oneOf('propagate', 'insert', 'remove'));

const RULES = 'give a list of rules, each with propagate, insert or remove';

/** `gateway.headers` and `subgraphs.NAME.headers` */
export const headers = z.strictObject({
  request: z
    .array(requestRule, RULES)
    .prefault([])
    .describe('Rules for the headers sent to subgraphs, applied in order.'),
  response: z
    .array(responseRule, RULES)
    .prefault([])
    .describe('Rules for the headers passed from subgraphs to the client, applied in order.'),
});

/** A rule for the headers of a call. */
export type RequestRule = z.output<typeof requestRule>;

/** A rule for the headers of a subgraph's response. */
export type ResponseRule = z.output<typeof responseRule>;

/** A header added to every response. */
export type InsertedHeader = NonNullable<ResponseRule['insert']>;

/** Rules by subgraph name: those for all subgraphs, then its own. A subgraph without rules has no entry. */
export interface HeaderSettings {
  readonly toSubgraphs: Readonly<Record<string, readonly RequestRule[]>>;
  readonly fromSubgraphs: Readonly<Record<string, readonly ResponseRule[]>>;
  /** Headers added to every response, whichever subgraphs were called for it. */
  readonly inserted: readonly InsertedHeader[];
}

type Headers = z.output<typeof headers>;

/** Combines the rules for all subgraphs with each subgraph's own. */
export function toHeaderSettings(all: Headers, own: Readonly<Record<string, Headers>>): HeaderSettings {
  const ofAnswers = all.response.filter(({ insert }) => !insert);
  const bySubgraph = <Rule>(rulesOf: (headers: Headers) => readonly Rule[], first: readonly Rule[]) =>
    Object.fromEntries(
      Object.entries(own)
        .map(([name, headers]) => [name, [...first, ...rulesOf(headers)]] as const)
        .filter(([, rules]) => rules.length > 0),
    );
  return {
    toSubgraphs: bySubgraph(({ request }) => request, all.request),
    fromSubgraphs: bySubgraph(({ response }) => response, ofAnswers),
    inserted: all.response.flatMap(({ insert }) => insert ?? []),
  };
}

function isExpression(text: string): boolean {
  try {
    return text !== '' && new RegExp(text, 'iu') instanceof RegExp;
  } catch {
    return false;
  }
}
