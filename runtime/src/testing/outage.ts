import assert from 'node:assert/strict';
import { ExpectedError } from '../graphql/errors.ts';

const ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** The call fails: the subgraph could not be asked, and nothing is told but the id under which the log has the reason. */
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
