import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { authorization } from '../../configuration/sections/authorization.ts';
import { RejectionCounts } from '../../telemetry/rejection-counts.ts';
import { DenialReport } from './denial-report.ts';

for (const [dryRun, outcome] of [
  [false, 'refused'],
  [true, 'passed'],
] as const) {
  test(`what is denied is counted once an operation, as ${outcome} with dry_run: ${dryRun}`, () => {
    const { directives } = authorization.parse({ directives: { dry_run: dryRun } });
    const refusals = new RejectionCounts();
    const report = new DenialReport(directives, recordLog().logger, refusals);
    const denied = ['a', 'b'].map((key) => new ExpectedError('FORBIDDEN', 'Not authorized', { path: [key] }));
    report.add({ data: { a: null, b: null }, denied }, 'Both');
    assert.deepEqual(refusals.all(), [{ rule: 'authorization.directives', outcome, count: 1 }]);
  });
}
