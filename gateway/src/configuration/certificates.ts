import { resolve } from 'node:path';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { readTls, type TlsMaterial, type TlsPaths } from '@lockstep/runtime/http/tls.ts';

/** Certificates and key that the settings name, as their files held them when the settings were read. */
export interface Certificates {
  /** Absolute paths of the files. */
  readonly files: readonly string[];
  readonly material: TlsMaterial;
}

/** Returns the option of a client that has these certificates. */
export function toClientTls(certificates: Certificates | undefined): (() => TlsMaterial) | undefined {
  return certificates && (() => certificates.material);
}

/**
 * Reads the files of a section, which are relative to `folder`.
 *
 * @param section key of the section, for the message
 * @throws {ConfigurationError} naming the file that can't be used
 */
export function readCertificates(paths: TlsPaths, folder: string, section: string): Certificates {
  const absolute = (file: string | undefined) => (file === undefined ? undefined : resolve(folder, file));
  const cert = (paths.cert ?? []).map((file) => resolve(folder, file));
  const [key, ca] = [absolute(paths.key), absolute(paths.ca)];
  try {
    return { files: [...cert, key, ca].filter((file) => file !== undefined), material: readTls({ cert, key, ca }) };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(`The certificates of ${section} can't be used:\n  ${error.message}`);
  }
}
