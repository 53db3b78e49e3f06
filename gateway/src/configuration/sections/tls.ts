import { z } from 'zod';

const FILE_RULE = 'give the path of a file in PEM';
const file = z.string(FILE_RULE).min(1, FILE_RULE);

/** `subgraphs.NAME.tls` */
export const subgraphTls = z
  .strictObject({
    certificate_authorities: file
      .optional()
      .describe('File of the authorities that the certificate of the subgraph has to be from; those of Node if unset.'),
    client_authentication: z
      .strictObject({
        certificate_chain: file.describe('File of the certificate that the gateway shows, and of its chain.'),
        key: file.describe('File of its key.'),
      })
      .optional()
      .describe('Certificate that the gateway shows to the subgraph.'),
  })
  .transform(({ certificate_authorities: ca, client_authentication: own }) => ({
    ca,
    ...(own && { cert: [own.certificate_chain], key: own.key }),
  }));

/** `gateway.tls` */
export const gatewayTls = z.strictObject({
  supergraph: z
    .strictObject({
      certificate: file.describe('File of the certificate that the gateway shows to clients.'),
      certificate_chain: file
        .optional()
        .describe('File of the chain from it to an authority, if `certificate` has none.'),
      key: file.describe('File of its key.'),
    })
    .optional()
    .describe('Certificate of the port of the gateway, which then speaks HTTPS only.')
    .transform(
      (own) =>
        own && {
          cert: [own.certificate, ...(own.certificate_chain === undefined ? [] : [own.certificate_chain])],
          key: own.key,
        },
    ),
});
