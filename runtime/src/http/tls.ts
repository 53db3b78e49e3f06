import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SecureVersion } from 'node:tls';
import { ConfigurationError } from '../configuration-error.ts';

/** Loaded only if it is configured. */
const tls = () => process.getBuiltinModule('node:tls');

/** Oldest version of TLS that is spoken. */
export const MIN_TLS_VERSION: SecureVersion = 'TLSv1.2';

/** Certificates and key in PEM, as node:tls takes them. */
export interface TlsMaterial {
  /** Own certificate, and the chain that leads from it to an authority. */
  readonly cert?: string;
  readonly key?: string;
  /** Authorities that are trusted; those of Node if undefined. */
  readonly ca?: string;
}

/** Paths of {@link TlsMaterial}; each of several files of a chain holds a part of it. */
export interface TlsPaths {
  readonly cert?: readonly string[] | undefined;
  readonly key?: string | undefined;
  readonly ca?: string | undefined;
}

/**
 * Reads certificates and keys.
 *
 * @throws {ConfigurationError} naming the file that can't be used
 */
export function readTls({ cert = [], key, ca }: TlsPaths): TlsMaterial {
  const material = {
    ...(cert.length > 0 && { cert: cert.map(readCertificates).join('\n') }),
    ...(key !== undefined && { key: read(key) }),
    ...(ca !== undefined && { ca: readCertificates(ca) }),
  };
  try {
    tls().createSecureContext(material);
  } catch (error) {
    throw new ConfigurationError(`${key}: is not the key in PEM of ${cert[0]}: ${reasonOf(error)}`);
  }
  return material;
}

/** Returns when the first certificate of a text in PEM ends to be valid. */
export function expiryOf(pem: string): Date {
  return new Date(new X509Certificate(pem).validTo);
}

function readCertificates(file: string): string {
  const text = read(file);
  try {
    tls().createSecureContext({ ca: text });
    new X509Certificate(text);
    return text;
  } catch (error) {
    throw new ConfigurationError(`${file}: is not a certificate in PEM: ${reasonOf(error)}`);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigurationError(`${file}: can't be read: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
