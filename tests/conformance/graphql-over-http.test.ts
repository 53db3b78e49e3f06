import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type Audit, serverAudits } from 'graphql-http';
import { startTargets } from '../harness/targets.ts';

/** Audits whose requests any web page could send, and which are therefore rejected as cross-site request forgery. */
const REFUSED_AS_FORGERY: Readonly<Record<string, string>> = {
  '5A70': 'a GET request without a header that makes a browser ask first',
  D6D5: 'the same, with variables',
  '6A70': 'the same, with variables, for application/json',
};

const NOT_FORGED = { 'apollo-require-preflight': 'true' };

// The audit passes variables to introspection, which is off in production.
for (const { name, process, headers } of await startTargets({ after }, { NODE_ENV: 'test' })) {
  const { url } = process;
  describe(`${name} and the audit of graphql-http`, () => {
    for (const audit of audits(url, headers)) {
      const reason = REFUSED_AS_FORGERY[audit.id];
      if (reason === undefined) test(`${audit.id} ${audit.name}`, () => passes(audit));
      else test(`${audit.id} is refused: ${reason}`, () => isRefused(audit));
    }

    for (const audit of audits(url, { ...headers, ...NOT_FORGED }).filter(({ id }) => id in REFUSED_AS_FORGERY)) {
      test(`${audit.id} ${audit.name}, if it can't be forged`, () => passes(audit));
    }
  });
}

test('every exception belongs to an audit', () => {
  const ids = new Set(audits('', {}).map(({ id }) => id));
  assert.deepEqual(
    Object.keys(REFUSED_AS_FORGERY).filter((id) => !ids.has(id)),
    [],
  );
});

/** Sends each request three times: the first is new, the second makes it known, and the third is on the fast path. */
function audits(url: string, headers: Record<string, string>): Audit[] {
  const fetchFn = async (input: string, init: RequestInit = {}) => {
    const send = () => fetch(input, { ...init, headers: { ...headers, ...init.headers } });
    const [first, , last] = [await send(), await send(), await send()];
    assert.deepEqual(await shown(last.clone()), await shown(first));
    return last;
  };
  return serverAudits({ url, fetchFn });
}

async function shown(response: Response): Promise<unknown> {
  const { date: _, ...headers } = Object.fromEntries(response.headers);
  return { status: response.status, headers, text: await response.text() };
}

async function passes({ fn }: Audit): Promise<void> {
  const result = await fn();
  assert.equal(result.status, 'ok', 'reason' in result ? result.reason : '');
}

async function isRefused({ fn }: Audit): Promise<void> {
  const result = await fn();
  assert.ok('response' in result, 'it passes: it is an exception no longer');
  assert.equal(result.response.status, 400);
  assert.match(await result.response.text(), /CSRF/);
}
