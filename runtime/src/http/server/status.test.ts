import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { serveGraphql } from '../../testing/graphql-server.ts';

const REQUEST_ERRORS = {
  'can not be parsed': { query: '{' },
  'is not valid': { query: '{ unknown }' },
  'has no such operation': { query: 'query A { hello }', operationName: 'B' },
  'lacks a variable': { query: 'query ($name: String!) { hello(name: $name) }' },
};

async function statusFor(t: TestContext, request: object, accept: string | undefined): Promise<number> {
  const { url } = await serveGraphql(t);
  const headers = { 'content-type': 'application/json', ...(accept !== undefined && { accept }) };
  return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(request) })).status;
}

for (const [what, request] of Object.entries(REQUEST_ERRORS)) {
  describe(`an operation that ${what}`, () => {
    for (const accept of ['application/json', 'text/html, application/json; charset=utf-8']) {
      test(`has status 200 for ${accept}`, async (t) => assert.equal(await statusFor(t, request, accept), 200));
    }

    for (const accept of ['application/graphql-response+json, application/json;q=0.9', '*/*']) {
      test(`has status 400 for ${accept}`, async (t) => assert.equal(await statusFor(t, request, accept), 400));
    }
  });
}

test('gives malformed requests status 400 for every media type', async (t) => {
  assert.equal(await statusFor(t, {}, 'application/json'), 400);
  assert.equal(await statusFor(t, { query: '' }, 'application/json'), 400);
});
