import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { codeBlock } from '../harness/documentation.ts';

/** Returns the secrets that the documented command writes to deploy/.env. */
export function composeSecrets(): NodeJS.ProcessEnv {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-'));
  try {
    mkdirSync(join(folder, 'deploy'));
    execFileSync('sh', ['-c', codeBlock('docs/operations.md', 'compose-secrets')], { cwd: folder });
    return parseEnv(readFileSync(join(folder, 'deploy', '.env'), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
