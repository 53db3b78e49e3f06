import assert from 'node:assert/strict';
import { after, beforeEach } from 'node:test';
import { TokenIssuer } from '@lockstep/gateway/pipeline/identity/testing/token-issuer.ts';
import { type Settings, startGateway } from '../harness/things.ts';

const KEY = 'the shared key of this test';
const issuer = await (await new TokenIssuer().addKey('first')).listen();
after(() => issuer.close());

export const THING = '{ thing { name } }';

/** Returns settings with these of the cache. */
export function settings(cache: string): Settings {
  return {
    gateway: `response_cache: { enabled: true, ${cache} },
      telemetry: { metrics: { prometheus: /metrics } },
      authentication: { jwt: { jwks: [{ url: "${issuer.url}" }] } },
      headers: { response: [{ propagate: { named: cache-control } }] }`,
    isCountGuarded: true,
    isTagged: true,
  };
}

export const INVALIDATION = `invalidation: { path: /invalidation, shared_key: "${KEY}" }`;
export const gateway = await startGateway(
  { after },
  settings(`${INVALIDATION}, subgraph: { all: { private_id: { claim: sub } } }`),
);
export const { url } = gateway;

beforeEach(async () => {
  for (const subgraph of ['things', 'names'])
    assert.equal((await invalidate([{ kind: 'subgraph', subgraph }])).status, 202);
  takeCalls();
  answerWith('max-age=60');
});

export function answerWith(cacheControl: string | undefined): void {
  gateway.reply = () => ({ headers: { ...(cacheControl !== undefined && { 'cache-control': cacheControl }) } });
}

/** Returns the numbers of calls since the last look. */
export function takeCalls() {
  return { things: gateway.things.calls.splice(0).length, names: gateway.names.calls.splice(0).length };
}

export const tokenOf = async (sub: string) => ({ authorization: `Bearer ${await issuer.sign({ sub })}` });

export async function invalidate(body: unknown, authorization = KEY) {
  const headers = { 'content-type': 'application/json', authorization };
  const response = await fetch(new URL('/invalidation', url), { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

export async function metrics(): Promise<string> {
  return (await fetch(new URL('/metrics', url))).text();
}
