import assert from 'node:assert/strict';
import { ExpectedError } from '../graphql/errors.ts';

const ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Asserts that the call fails because the subgraph is unavailable, and tells nothing but the id of the reason in the log. */
export async function outageOf(call: Promise<unknown>, subgraph: string): Promise<string> {
  const error: unknown = await call.then(
    () => assert.fail('the call succeeds'),
    (reason) => reason,
  );
  assert.ok(error instanceof ExpectedError, String(error));
  assert.equal(error.message, `Subgraph "${subgraph}" is unavailable`);
  const { id, ...extensions } = error.extensions;
  assert.deepEqual(extensions, { code: 'SUBGRAPH_UNAVAILABLE', subgraph });
  assert.match(String(id), ID);
  return String(id);
}
