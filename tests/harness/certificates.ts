import { execFileSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An authority of a test, whose certificates are made by openssl. */
export interface Authority {
  /** File of its certificate. */
  readonly file: string;
  /** Writes a certificate for this machine and its key, of which the files are replaced one after the other. */
  issue(name: string, validity?: 'valid' | 'expired'): { readonly cert: string; readonly key: string };
}

/** A key that is made in a millisecond. */
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const NAMES = 'subjectAltName=IP:127.0.0.1,DNS:localhost';

/** Makes an authority whose files, and those of its certificates, are in a folder. */
export function makeAuthority(folder: string, name: string): Authority {
  const [file, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  openssl('req', '-x509', ...KEY, '-keyout', key, '-out', file, '-days', '1', '-subj', `/CN=${name}`);
  return {
    file,
    issue(of, validity = 'valid') {
      const [cert, own, request, names] = ['pem', 'key', 'csr', 'names'].map((end) => join(folder, `${of}.${end}`)) as [
        string,
        string,
        string,
        string,
      ];
      openssl('req', ...KEY, '-keyout', `${own}.new`, '-out', request, '-subj', '/CN=localhost');
      writeFileSync(names, NAMES);
      const signing = ['-in', request, '-CA', file, '-CAkey', key, '-CAcreateserial', '-extfile', names];
      openssl('x509', '-req', ...signing, '-days', validity === 'valid' ? '1' : '-1', '-out', `${cert}.new`);
      renameSync(`${own}.new`, own);
      renameSync(`${cert}.new`, cert);
      return { cert, key: own };
    },
  };
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}
