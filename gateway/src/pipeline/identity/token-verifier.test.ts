import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '@lockstep/runtime/logging.ts';
import { authentication } from '../../configuration/sections/authentication.ts';
import { TokenIssuer } from './testing/token-issuer.ts';
import { TokenVerifier } from './token-verifier.ts';

const logger = createLogger('test', { format: 'json', level: 'silent' });

test('remembers a verified token for half a minute, and never beyond its expiry', async (t) => {
  const issuer = await (await new TokenIssuer().addKey('first')).listen();
  t.after(() => issuer.close());
  const start = Date.now();
  let now = start;
  const { jwt } = authentication.parse({ jwt: { jwks: [{ url: issuer.url }] } });
  let sinceStart = 0;
  const verifier = new TokenVerifier(jwt?.keySets ?? [], logger, { now: () => now, elapsed: () => sinceStart });
  const [long, short] = await Promise.all(
    [3600, 10].map((lifeS) =>
      issuer.sign({ sub: 'ann', realm: { roles: ['guest'] }, exp: Math.ceil(start / 1000) + lifeS }),
    ),
  );
  assert.ok(long && short);
  assert.equal(verifier.remembered(long), undefined);
  const claims = await verifier.verify(long);
  await verifier.verify(short);
  assert.equal(verifier.remembered(long), claims);
  assert.equal(verifier.remembered(short)?.sub, 'ann');
  assert.throws(() => Object.assign(claims, { sub: 'root' }));
  assert.throws(() => Object.assign(Object(claims.realm).roles, ['root']));
  now = start + 12_000;
  sinceStart = 12_000;
  assert.equal(verifier.remembered(short), undefined);
  now = start + 29_000;
  sinceStart = 29_000;
  assert.equal(verifier.remembered(long), claims);
  now = start - 3_600_000; // the clock is corrected
  sinceStart = 31_000;
  assert.equal(verifier.remembered(long), undefined);
});
