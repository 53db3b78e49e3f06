import type { Random } from '@lockstep/gateway/operations/testing/random.ts';
import { mutateDocument } from './documents.ts';
import type { ValidBody } from './valid-requests.ts';
import { mutateJson } from './values.ts';

/** An HTTP request. */
export interface MutatedRequest {
  readonly method: 'GET' | 'POST';
  /** Query string, or empty. */
  readonly search: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const NOT_FORGED = { 'apollo-require-preflight': '1' };

const HEADERS: readonly Readonly<Record<string, string>>[] = [
  ...[
    'application/json; charset=utf-16',
    'application/json;charset="utf-8',
    'application/json;;',
    'text/plain',
    ';',
    '/',
    'é',
  ],
  ...['application/graphql', 'multipart/form-data', 'application/x-www-form-urlencoded', 'application/json, text/html'],
]
  .map((type): Record<string, string> => ({ 'content-type': type }))
  .concat(
    ['gzip', 'br', 'identity', 'x', ''].map((encoding) => ({ ...JSON_TYPE, 'content-encoding': encoding })),
    [
      '*/*',
      'text/html',
      'application/json',
      'application/graphql-response+json',
      ';q=2',
      'multipart/mixed',
      '',
      'a/b;',
    ].map((accept) => ({ ...JSON_TYPE, accept })),
    [
      { ...JSON_TYPE, 'x-deadline-ms': 'x' },
      { ...JSON_TYPE, origin: 'null' },
      { ...JSON_TYPE, authorization: 'Bearer' },
      { ...JSON_TYPE, expect: '100-continue' },
      { ...JSON_TYPE, cookie: '='.repeat(4000) },
    ],
  );

/** Returns a nearly valid request. */
export function mutateRequest(bodies: readonly ValidBody[], random: Random): MutatedRequest {
  const body = random.pick(bodies);
  const kind = random.next();
  if (kind < 0.35) return post(JSON.stringify({ ...body, query: mutateDocument(body.query, random) }));
  if (kind < 0.72) return post(mutateJson(body, random));
  if (kind < 0.82) return { ...post(''), body: mutateBytes(Buffer.from(JSON.stringify(body)), random) };
  if (kind < 0.9) return { ...post(mutatedSometimes(body, random)), headers: random.pick(HEADERS) };
  return { method: 'GET', search: mutatedSearch(body, random), headers: NOT_FORGED, body: Buffer.alloc(0) };
}

function post(body: string): MutatedRequest {
  return { method: 'POST', search: '', headers: JSON_TYPE, body: Buffer.from(body) };
}

function mutatedSometimes(body: ValidBody, random: Random): string {
  return random.chance(0.5) ? JSON.stringify(body) : mutateJson(body, random);
}

function mutatedSearch(body: ValidBody, random: Random): string {
  const query = random.chance(0.5) ? mutateDocument(body.query, random) : body.query;
  const parameters = new URLSearchParams({ query: query.slice(0, 4000) });
  for (const name of ['variables', 'extensions', 'operationName'] as const) {
    const value = body[name];
    if (value == null) continue;
    parameters.append(name, typeof value === 'string' ? value : mutateJson(value, random).slice(0, 2000));
  }
  const search = String(parameters);
  // Only characters that are valid in a request line; HTTP's parser would reject others.
  const sent = random.chance(0.6) ? search : mutateBytes(Buffer.from(search), random).toString('latin1');
  return `?${sent.replaceAll(/[^!-~]/g, '%')}`;
}

type Change = (bytes: Buffer, at: number, random: Random) => Buffer;

const CHANGES: readonly Change[] = [
  (bytes, at, random) => {
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(0, 7));
    return bytes;
  },
  (bytes, at, random) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random.integer(1, 9))]),
  (bytes, at) => bytes.subarray(0, at),
  (bytes, at, random) => {
    const part = bytes.subarray(at, at + random.integer(1, 20));
    return Buffer.concat([bytes.subarray(0, at), ...Array(random.pick([2, 50])).fill(part), bytes.subarray(at)]);
  },
  (bytes, at, random) => {
    const noise = Buffer.from(Array.from({ length: random.integer(1, 6) }, () => random.integer(0, 255)));
    return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)]);
  },
];

function mutateBytes(given: Buffer, random: Random): Buffer {
  let bytes = given;
  for (let change = random.integer(1, 4); change > 0 && bytes.length > 0; change -= 1) {
    bytes = random.pick(CHANGES)(bytes, random.integer(0, bytes.length - 1), random);
  }
  return bytes;
}
