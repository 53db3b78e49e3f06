import { unwatchFile, watchFile } from 'node:fs';
import type { Logger } from '../logging.ts';
import { expiryOf, readTls, type TlsMaterial, type TlsPaths } from './tls.ts';

/** Interval at which files are looked at. A look at the file's name also sees a link that leads elsewhere, as Kubernetes renews. */
const LOOK_MS = 2000;

/** Certificates of a process in files, which it follows: a renewed one is used for connections from then on. */
export class TlsFiles {
  readonly #paths: TlsPaths;
  #current: TlsMaterial;
  #reading: NodeJS.Timeout | undefined;

  /** @throws {ConfigurationError} if a file can't be used */
  constructor(paths: TlsPaths) {
    this.#paths = paths;
    this.#current = readTls(paths);
  }

  /** Contents of the files when they could be used last. The same object as long as they don't change. */
  get current(): TlsMaterial {
    return this.#current;
  }

  /** Follows the files. Logs what can't be used, and goes on with what it had. */
  watch(logger: Logger, note: (material: TlsMaterial) => void = () => {}): void {
    warnIfExpired(this.#current, logger);
    for (const file of this.#files) {
      watchFile(file, { interval: LOOK_MS, persistent: false }, () => {
        // Certificate and key are replaced one after the other.
        this.#reading ??= setTimeout(() => this.#read(logger, note), LOOK_MS).unref();
      });
    }
  }

  #read(logger: Logger, note: (material: TlsMaterial) => void): void {
    this.#reading = undefined;
    try {
      this.#current = readTls(this.#paths);
      logger.info(`the certificates are those of ${this.#files.join(', ')} from now on`);
      warnIfExpired(this.#current, logger);
      note(this.#current);
    } catch (error) {
      const reason = error instanceof Error ? error.message : error;
      logger.error(`the change is refused, the certificates stay as they were. ${reason}`);
    }
  }

  stop(): void {
    clearTimeout(this.#reading);
    for (const file of this.#files) unwatchFile(file);
  }

  get #files(): string[] {
    const { cert = [], key, ca } = this.#paths;
    return [...cert, ...[key, ca].filter((file) => file !== undefined)];
  }
}

/** Warns of a certificate that nobody accepts any more. */
export function warnIfExpired({ cert }: TlsMaterial, logger: Logger): void {
  if (cert === undefined) return;
  const expiry = expiryOf(cert);
  if (expiry.getTime() < Date.now()) logger.error(`the certificate expired on ${expiry.toISOString()}; renew its file`);
}
