import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { rootCertificates } from 'node:tls';
import { recordLog } from '../testing/log-recorder.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { readTls } from './tls.ts';
import { TlsFiles } from './tls-files.ts';

const [FIRST = '', SECOND = ''] = rootCertificates;

test('keeps what it had if a file can’t be used', async (t) => {
  const ca = join(await temporaryFolder(t), 'ca.pem');
  const { logger, lines } = recordLog();
  writeFileSync(ca, FIRST);
  const files = new TlsFiles({ ca });
  t.after(() => files.stop());
  files.watch(logger);
  const lineAfter = async (text: string) => {
    lines.length = 0;
    for (const end = performance.now() + 20_000; lines.length === 0 && performance.now() < end; ) {
      writeFileSync(ca, text); // again and again, because it may not be followed yet
      await delay(500);
    }
    return lines[0]?.msg;
  };
  assert.match(
    (await lineAfter('nothing')) ?? '',
    /the certificates stay as they were\. .*ca\.pem: is not a certificate/,
  );
  assert.equal(files.current.ca, FIRST);
  assert.equal(await lineAfter(SECOND), `the certificates are those of ${ca} from now on`);
  assert.equal(files.current.ca, SECOND);
});

test('names the file that can’t be used', async (t) => {
  const folder = await temporaryFolder(t);
  const cert = join(folder, 'cert.pem');
  writeFileSync(cert, FIRST);
  assert.throws(() => readTls({ ca: join(folder, 'none.pem') }), /none\.pem: can't be read: ENOENT/);
  assert.throws(() => readTls({ cert: [cert], key: cert }), /cert\.pem: is not the key in PEM of .*cert\.pem/);
});
