import type { TlsMaterial, TlsPaths } from '@lockstep/runtime/http/tls.ts';
import { TlsFiles } from '@lockstep/runtime/http/tls-files.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { z } from 'zod';

const path = z.string().optional();

/** Paths of certificates and keys in PEM. */
export const tlsVariables = z
  .object({ TLS_CERTIFICATE: path, TLS_KEY: path, TLS_CLIENT_CA: path, TLS_CA: path })
  .superRefine(({ TLS_CERTIFICATE, TLS_KEY, TLS_CLIENT_CA }, context) => {
    const demand = (name: string, value: string | undefined, message: string) => {
      if (value === undefined) context.addIssue({ code: 'custom', path: [name], message });
    };
    if (TLS_KEY !== undefined) demand('TLS_CERTIFICATE', TLS_CERTIFICATE, 'give the certificate of TLS_KEY');
    if (TLS_CERTIFICATE !== undefined) demand('TLS_KEY', TLS_KEY, 'give the key of TLS_CERTIFICATE');
    if (TLS_CLIENT_CA !== undefined)
      demand('TLS_CERTIFICATE', TLS_CERTIFICATE, 'give one, because only a client of TLS shows its own');
  })
  .transform(({ TLS_CERTIFICATE, TLS_KEY, TLS_CLIENT_CA, TLS_CA }) => {
    const own = { ...(TLS_CERTIFICATE !== undefined && { cert: [TLS_CERTIFICATE] }), key: TLS_KEY };
    return { server: { ...own, ca: TLS_CLIENT_CA }, client: { ...own, ca: TLS_CA } };
  });

/** Certificates of a subgraph, which follow their files. */
export interface SubgraphTls {
  /** For its own port; undefined if that speaks HTTP without TLS. */
  readonly server: TlsFiles | undefined;
  /** Set if clients have to show a certificate. */
  readonly requiresCertificate: boolean;
  /** For calls of other subgraphs. */
  readonly client: () => TlsMaterial;
  /** @param renew called with another certificate for its own port */
  watch(logger: Logger, renew: (material: TlsMaterial) => void): void;
  stop(): void;
}

interface SubgraphTlsPaths {
  readonly server: TlsPaths;
  readonly client: TlsPaths;
}

/**
 * Reads the files. Returns undefined if none is configured.
 *
 * @throws {ConfigurationError} if a file can't be used
 */
export function openTls({ server: ofServer, client: ofClient }: SubgraphTlsPaths): SubgraphTls | undefined {
  if (ofServer.cert === undefined && ofClient.ca === undefined) return undefined;
  const server = ofServer.cert && new TlsFiles(ofServer);
  const client = new TlsFiles(ofClient);
  return {
    server,
    requiresCertificate: ofServer.ca !== undefined,
    client: () => client.current,
    watch(logger, renew) {
      server?.watch(logger, renew);
      client.watch(logger);
    },
    stop() {
      server?.stop();
      client.stop();
    },
  };
}
