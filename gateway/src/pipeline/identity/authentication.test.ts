import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { createLogger } from '@lockstep/runtime/logging.ts';
import { refusing } from '@lockstep/runtime/testing/refusing.ts';
import { freePort, serveHttp } from '@lockstep/runtime/testing/test-server.ts';
import type { z } from 'zod';
import { authentication } from '../../configuration/sections/authentication.ts';
import { authorization } from '../../configuration/sections/authorization.ts';
import { Authentication } from './authentication.ts';
import { TokenIssuer } from './testing/token-issuer.ts';

const logger = createLogger('test', { format: 'json', level: 'silent' });

interface Body {
  sub?: string;
  scope?: string;
  errors?: { message: string; extensions: unknown }[];
}

interface Answer {
  status: number;
  headers: Headers;
  body: Body;
}

type Jwt = NonNullable<z.input<typeof authentication>['jwt']>;

/** Starts a server that responds with the guard's errors, and with the claims of accepted requests. */
async function guarding(t: TestContext, jwt: Jwt | undefined, requires = false) {
  return showing(t, await authenticating(jwt, requires));
}

async function authenticating(
  jwt: Jwt | undefined,
  requires: boolean,
  before?: Authentication,
): Promise<Authentication> {
  const settings = {
    authentication: authentication.parse({ jwt }),
    authorization: authorization.parse({ require_authentication: requires }),
  };
  const guard = await Authentication.open(settings, logger, before);
  assert.ok(guard);
  return guard;
}

async function showing(t: TestContext, guard: Authentication) {
  const { url } = await serveHttp(
    t,
    refusing(async (request, response) => {
      const claims = await guard.identify(request);
      response.end(JSON.stringify(claims ?? { sub: 'anonymous' }));
    }),
  );
  return async (headers: Record<string, string> = {}, method = 'POST'): Promise<Answer> => {
    const response = await fetch(url, { method, headers });
    const body: Body = JSON.parse(await response.text());
    return { status: response.status, headers: response.headers, body };
  };
}

async function issuing(t: TestContext, name?: string, algorithm?: string): Promise<TokenIssuer> {
  const issuer = await new TokenIssuer(name).addKey('first', algorithm);
  await issuer.listen();
  t.after(() => issuer.close());
  return issuer;
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const seconds = () => Math.floor(Date.now() / 1000);

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** Checks that a request was refused, in words that say nothing but that. */
function assertRefused({ status, headers, body }: Answer, message: string): void {
  assert.deepEqual([status, body], [401, { errors: [{ message, extensions: { code: 'UNAUTHENTICATED' } }] }]);
  assert.equal(headers.get('www-authenticate'), `Bearer error="invalid_token", error_description="${message}"`);
}

const INVALID = 'The token is not valid.';

describe('a token', () => {
  for (const algorithm of ['RS256', 'PS256', 'ES256', 'EdDSA']) {
    test(`accepts a token signed with ${algorithm}, and reads its claims`, async (t) => {
      const issuer = await issuing(t, 'https://a.example', algorithm);
      const ask = await guarding(t, { jwks: [{ url: issuer.url, issuer: issuer.name, audience: 'shop' }] });
      const { status, body } = await ask(bearer(await issuer.sign({ sub: 'ann', scope: 'a b', aud: ['x', 'shop'] })));
      assert.deepEqual([status, body.sub, body.scope], [200, 'ann', 'a b']);
    });
  }

  test('requires no token, unless the settings say so', async (t) => {
    const issuer = await issuing(t);
    const ask = await guarding(t, { jwks: [{ url: issuer.url }] });
    assert.equal((await ask()).body.sub, 'anonymous');
    const strict = await guarding(t, { jwks: [{ url: issuer.url }] }, true);
    const { status, headers, body } = await strict();
    assert.deepEqual([status, headers.get('www-authenticate')], [401, 'Bearer']);
    assert.deepEqual(body.errors?.[0]?.extensions, { code: 'UNAUTHENTICATED' });
    assert.equal((await strict({}, 'GET')).status, 200, 'the page is for everybody');
    assert.equal((await strict(bearer(await issuer.sign({ sub: 'ann' })))).body.sub, 'ann');
  });

  test('rejects expired and not yet valid tokens, with a tolerance of a minute between clocks', async (t) => {
    const issuer = await issuing(t);
    const ask = await guarding(t, { jwks: [{ url: issuer.url }] });
    assertRefused(await ask(bearer(await issuer.sign({ exp: seconds() - 90 }))), 'The token has expired.');
    assertRefused(await ask(bearer(await issuer.sign({ nbf: seconds() + 90 }))), 'The token is not valid yet.');
    assert.equal((await ask(bearer(await issuer.sign({ exp: seconds() - 30 })))).status, 200);
    assert.equal((await ask(bearer(await issuer.sign({ nbf: seconds() + 30 })))).status, 200);
  });

  test('rejects tokens of another issuer or for another audience', async (t) => {
    const issuer = await issuing(t);
    const ask = await guarding(t, { jwks: [{ url: issuer.url, issuers: [issuer.name], audiences: ['shop'] }] });
    for (const claims of [{ aud: 'shop', iss: 'https://b.example' }, { aud: 'bank' }, {}, { aud: 'shop', iss: '' }]) {
      assertRefused(await ask(bearer(await issuer.sign(claims))), INVALID);
    }
  });

  test('rejects unsigned and altered tokens', async (t) => {
    const issuer = await issuing(t);
    const ask = await guarding(t, { jwks: [{ url: issuer.url }] });
    const token = await issuer.sign({ sub: 'ann' });
    const [header = '', , signature = ''] = token.split('.');
    const claims = encoded({ iss: issuer.name, sub: 'root', exp: seconds() + 60 });
    const forged = [
      `${encoded({ alg: 'none' })}.${claims}.`,
      `${encoded({ alg: 'None', kid: 'first' })}.${claims}.`,
      `${encoded({ alg: 'none', kid: 'first' })}.${claims}.${signature}`,
      `${header}.${claims}.${signature}`,
      `${header}.${claims}.`,
      `${header}.${claims}`,
      token.slice(0, -8),
      'x',
      'a.b.c',
      '..',
      `${encoded({ alg: 'ES256' })}.${encoded([])}.${signature}`,
      `${encoded({ alg: 'ES256', kid: 'first', crit: ['exp'] })}.${claims}.${signature}`,
    ];
    for (const each of forged) assertRefused(await ask(bearer(each)), INVALID);
  });

  test('rejects tokens signed with the public key as a shared secret', async (t) => {
    const issuer = await issuing(t, 'https://a.example', 'RS256');
    const ask = await guarding(t, { jwks: [{ url: issuer.url }] });
    const content = `${encoded({ alg: 'HS256', kid: 'first' })}.${encoded({ sub: 'root', exp: seconds() + 60 })}`;
    for (const secret of [await issuer.publicPem(), (await issuer.publicPem()).trim(), '']) {
      const signature = createHmac('sha256', secret).update(content).digest('base64url');
      assertRefused(await ask(bearer(`${content}.${signature}`)), INVALID);
    }
  });

  test('rejects algorithms that the key set does not list', async (t) => {
    const issuer = await issuing(t, 'https://a.example', 'ES256');
    const ask = await guarding(t, { jwks: [{ url: issuer.url, algorithms: ['RS256'] }] });
    assertRefused(await ask(bearer(await issuer.sign())), INVALID);
  });

  test('checks a token with the keys of its issuer only, even if another issuer has keys of the same name', async (t) => {
    const [a, b] = [await issuing(t, 'https://a.example'), await issuing(t, 'https://b.example')];
    const ask = await guarding(t, {
      jwks: [a, b].map(({ url, name }) => ({ url, issuer: name })),
    });
    assert.equal((await ask(bearer(await b.sign({ sub: 'bob' })))).body.sub, 'bob');
    assert.deepEqual([a.requests.length, b.requests.length], [0, 1], 'the others are not asked');
    assert.equal((await ask(bearer(await a.sign({ sub: 'ann' })))).body.sub, 'ann');
    assertRefused(await ask(bearer(await a.sign({ iss: b.name }))), INVALID);
    assertRefused(await ask(bearer(await b.sign({ iss: a.name }, 'first'))), INVALID);
  });

  test('tries every fitting key for a token that names none', async (t) => {
    const issuer = await issuing(t);
    await issuer.addKey('second');
    const ask = await guarding(t, { jwks: [{ url: issuer.url }] });
    assert.equal((await ask(bearer(await issuer.sign({ sub: 'ann' }, '')))).body.sub, 'ann');
    const stranger = await new TokenIssuer().addKey('first');
    assertRefused(await ask(bearer(await stranger.sign({ sub: 'eve' }, ''))), INVALID);
  });
});

describe('the keys', () => {
  test('follows key changes without a restart', async (t) => {
    const issuer = await issuing(t);
    const ask = await guarding(t, { jwks: [{ url: issuer.url, poll_interval: '50ms' }] });
    const first = await issuer.sign({ sub: 'first' });
    assert.equal((await ask(bearer(first))).body.sub, 'first');
    const unused = await Promise.all(Array.from({ length: 1000 }, (_, number) => issuer.sign({ jti: String(number) })));
    await issuer.addKey('second');
    issuer.removeKey('first');
    const second = bearer(await issuer.sign({ sub: 'second' }));
    while ((await ask(second)).status !== 200);
    assert.equal((await ask(second)).body.sub, 'second');
    while ((await ask(bearer(unused.pop() ?? ''))).status !== 401);
    assertRefused(await ask(bearer(unused.pop() ?? '')), INVALID);
  });

  test('does not fetch the keys again for each token with an unknown key', async (t) => {
    const issuer = await issuing(t);
    const ask = await guarding(t, { jwks: [{ url: issuer.url, headers: [{ name: 'X-Api-Key', value: 'k' }] }] });
    for (let number = 0; number < 20; number++) {
      assertRefused(await ask(bearer(await issuer.sign({}, `unknown-${number}`))), INVALID);
    }
    assert.equal(issuer.requests.length, 1);
    assert.equal(issuer.requests[0]?.['x-api-key'], 'k');
  });

  test('tokens with unknown keys neither wait for a key set endpoint that hangs, nor fetch again and again', async (t) => {
    const issuer = await issuing(t);
    const ask = await guarding(t, { jwks: [{ url: issuer.url, poll_interval: '1s' }] });
    assert.equal((await ask(bearer(await issuer.sign({ sub: 'ann' })))).status, 200);
    await setTimeout(1000); // from then on an unknown key has them fetched again
    issuer.isHanging = true;
    const startedAt = performance.now();
    for (let round = 0; round < 5; round += 1) {
      const tokens = await Promise.all([0, 1, 2, 3].map((number) => issuer.sign({}, `unknown-${round}-${number}`)));
      const answers = await Promise.all(tokens.map((token) => ask(bearer(token))));
      for (const { status } of answers) assert.equal(status, 503, 'nobody knows yet if the key exists');
    }
    const elapsedMs = performance.now() - startedAt;
    assert.ok(elapsedMs < 2500, `${elapsedMs} ms for five rounds of at most 250 ms`);
    assert.equal(issuer.requests.length, 2);
  });

  test('rejects tokens that never expire, unless the key set allows them', async (t) => {
    const issuer = await issuing(t);
    const forever = bearer(await issuer.sign({ sub: 'ann' }, undefined, Number.POSITIVE_INFINITY));
    const ask = await guarding(t, { jwks: [{ url: issuer.url }] });
    assertRefused(await ask(forever), INVALID);
    const lax = await guarding(t, { jwks: [{ url: issuer.url, require_exp: false }] });
    assert.equal((await lax(forever)).body.sub, 'ann');
  });

  test('returns 503 for tokens only, until the keys can be fetched', async (t) => {
    const port = await freePort(t);
    const issuer = await new TokenIssuer().addKey('first');
    const ask = await guarding(t, { jwks: [{ url: `http://127.0.0.1:${port}/jwks.json` }] });
    const token = bearer(await issuer.sign({ sub: 'ann' }));
    assert.equal((await ask()).body.sub, 'anonymous');
    const { status, headers, body } = await ask(token);
    assert.deepEqual([status, headers.get('retry-after')], [503, '5']);
    const message = 'Tokens cannot be checked at the moment.';
    assert.deepEqual(body, { errors: [{ message, extensions: { code: 'UNAUTHENTICATED' } }] });
    t.after(() => issuer.close());
    issuer.isFailing = true;
    await issuer.listen(port);
    assert.equal((await ask(token)).status, 503);
    issuer.isFailing = false;
    while ((await ask(token)).status === 503);
    assert.equal((await ask(token)).body.sub, 'ann');
  });

  test('keeps the last keys while their endpoint is down', async (t) => {
    const issuer = await issuing(t);
    const ask = await guarding(t, { jwks: [{ url: issuer.url, poll_interval: '1ms' }] });
    assert.equal((await ask(bearer(await issuer.sign({ sub: 'ann' })))).status, 200);
    issuer.isFailing = true;
    await setTimeout(5); // longer than the poll interval
    assert.equal((await ask(bearer(await issuer.sign({ sub: 'bob' })))).body.sub, 'bob');
    assert.ok(issuer.requests.length > 1);
  });
});

test('keeps known keys when other settings change', async (t) => {
  const issuer = await issuing(t);
  const jwks = [{ url: issuer.url }];
  const before = await authenticating({ jwks }, false);
  await (await showing(t, before))(bearer(await issuer.sign()));
  const ask = await showing(t, await authenticating({ jwks, header_name: 'x-token' }, true, before));
  issuer.isFailing = true;
  assert.equal((await ask()).status, 401);
  assert.equal((await ask({ 'x-token': `Bearer ${await issuer.sign({ sub: 'ann' })}` })).body.sub, 'ann');
  const other = { jwks: [{ url: issuer.url, issuer: 'https://b.example' }] };
  const others = await showing(t, await authenticating(other, true, before));
  assert.equal((await others(bearer(await issuer.sign({ iss: 'https://b.example' })))).status, 503);
});

test('does not hold up requests while the key set endpoint hangs, once its keys are known', async (t) => {
  const issuer = await issuing(t);
  const ask = await guarding(t, { jwks: [{ url: issuer.url, poll_interval: '1ms' }] });
  assert.equal((await ask(bearer(await issuer.sign({ sub: 'ann' })))).status, 200);
  issuer.isHanging = true;
  for (const sub of ['bob', 'eve', 'dan']) {
    const token = bearer(await issuer.sign({ sub }));
    const askedAt = performance.now();
    assert.equal((await ask(token)).body.sub, sub);
    const delayMs = performance.now() - askedAt;
    assert.ok(delayMs < 1500, `${delayMs} ms`);
  }
});

test('reads no more than a megabyte of an endless key set, and goes on with the keys that it knows', async (t) => {
  const issuer = await issuing(t);
  const ask = await guarding(t, { jwks: [{ url: issuer.url, poll_interval: '1ms' }] });
  assert.equal((await ask(bearer(await issuer.sign({ sub: 'ann' })))).status, 200);
  await setTimeout(5); // longer than the poll interval
  const sent = issuer.sendEndlessly();
  assert.equal((await ask(bearer(await issuer.sign({ sub: 'bob' })))).body.sub, 'bob');
  const bytes = await sent;
  assert.ok(bytes < 20_000_000, `${bytes} bytes`);
  assert.equal((await ask(bearer(await issuer.sign({ sub: 'eve' })))).body.sub, 'eve');
});

test('follows key changes on time after a clock that was an hour ahead is corrected', async (t) => {
  let aheadMs = 3_600_000;
  const { now } = Date;
  t.mock.method(Date, 'now', () => now() + aheadMs);
  const issuer = await issuing(t);
  const ask = await guarding(t, { jwks: [{ url: issuer.url, poll_interval: '50ms' }] });
  assert.equal((await ask(bearer(await issuer.sign({ sub: 'ann' })))).status, 200);
  aheadMs = 0;
  const withdrawn = await Promise.all(Array.from({ length: 50 }, (_, number) => issuer.sign({ jti: String(number) })));
  await issuer.addKey('second');
  issuer.removeKey('first');
  const statusWithin = async (wanted: number, token: () => Promise<string>) => {
    for (let attempt = 0; attempt < 50; attempt += 1) {
      if ((await ask(bearer(await token()))).status === wanted) return true;
      await setTimeout(20);
    }
    return false;
  };
  assert.ok(await statusWithin(200, () => issuer.sign({ sub: 'bob' })), 'new keys are refused');
  assert.ok(await statusWithin(401, async () => withdrawn.pop() ?? ''), 'withdrawn keys stay valid');
});

describe('where a token is', () => {
  test('takes the token from another header, with another prefix or none, or from a cookie', async (t) => {
    const issuer = await issuing(t);
    const jwks = [{ url: issuer.url }];
    const token = await issuer.sign({ sub: 'ann' });
    const custom = await guarding(t, { jwks, header_name: 'X-Token', header_value_prefix: '' });
    assert.equal((await custom({ 'x-token': token })).body.sub, 'ann');
    const sources = [
      { type: 'header' as const, name: 'X-Authorization', value_prefix: 'JWT' },
      { type: 'cookie' as const, name: 'authz' },
    ];
    const several = await guarding(t, { jwks, sources });
    assert.equal((await several({ 'x-authorization': `jwt ${token}` })).body.sub, 'ann');
    assert.equal((await several({ cookie: `a=b; authz=${token}; c=d` })).body.sub, 'ann');
    assert.equal((await several({ cookie: `xauthz=${token}; authz=` })).body.sub, 'anonymous');
    assert.equal((await several({ ...bearer(token), cookie: 'authz=x' })).body.sub, 'ann');
  });

  test('rejects a header with anything else, unless other prefixes are ignored', async (t) => {
    const issuer = await issuing(t);
    const ask = await guarding(t, { jwks: [{ url: issuer.url }] });
    const message = 'The authorization header must have the form Bearer <token>.';
    for (const value of ['Basic dXNlcg==', 'Bearer', 'Bearer a b', 'x']) {
      assertRefused(await ask({ authorization: value }), message);
    }
    const lenient = await guarding(t, { jwks: [{ url: issuer.url }], ignore_other_prefixes: true });
    assert.equal((await lenient({ authorization: 'Basic dXNlcg==' })).body.sub, 'anonymous');
    assertRefused(await lenient(bearer('x')), INVALID);
  });
});
