import { z } from 'zod';
import { duration, onOff } from '../values.ts';

const ORIGIN_RULE = 'give an origin such as https://shop.example, https://*.shop.example, http://localhost:* or *';

/** An origin. `*` in it matches any names, `:*` any port or none, and `*` alone any origin. */
export const origin = z
  .string(ORIGIN_RULE)
  .regex(/^(\*|null|[a-z][a-z0-9+.-]*:\/\/(\[[0-9a-fA-F:]+\]|[\w.*-]+)(:(\d{1,5}|\*))?)$/, ORIGIN_RULE);

const CREDENTIALS_RULE =
  'with allow_credentials, pages of anybody could act as their visitors; name the domain, such as https://*.shop.example';

/** End of a host that belongs to somebody: a domain of two names, or this machine's. */
const OWN_DOMAIN = /^(\.[\w-]+){2,}$|^(\.[\w-]+)*\.localhost$/;

/** Returns true if anybody can have such an origin: a sandboxed frame's is `null`, and domains are for sale. */
function isAnybodys(entry: string): boolean {
  const host = entry.replace(/:(\d+|\*)$/, '');
  return entry === 'null' || (host.includes('*') && !OWN_DOMAIN.test(host.slice(host.lastIndexOf('*') + 1)));
}

/** Apollo Sandbox on its own site, and all origins on this machine. */
const DEVELOPMENT_ORIGINS = [
  'https://studio.apollographql.com',
  ...['localhost', '127.0.0.1', '[::1]'].flatMap((host) => [`http://${host}:*`, `https://${host}:*`]),
];

/** `gateway.cors` */
export const cors = z
  .strictObject({
    origins: z
      .array(origin, 'give a list of origins')
      .prefault(DEVELOPMENT_ORIGINS)
      .describe('Origins whose pages may call. If unset, none with NODE_ENV=production.'),
    allow_credentials: onOff(false).describe('Allows cookies and other credentials in cross-origin requests.'),
    expose_headers: z
      .array(z.string('give the name of a header'), 'give a list of header names')
      .prefault([])
      .describe('Response headers that scripts of other origins may read, besides those that are always readable.'),
    max_age: duration.prefault('10m').describe('How long a browser may cache a preflight response.'),
  })
  .superRefine(({ origins, allow_credentials }, context) => {
    if (!allow_credentials) return;
    for (const [index, entry] of origins.entries()) {
      if (isAnybodys(entry)) context.addIssue({ code: 'custom', path: ['origins', index], message: CREDENTIALS_RULE });
    }
  })
  .transform(({ origins, allow_credentials, expose_headers, max_age }) => ({
    origins,
    allowCredentials: allow_credentials,
    exposeHeaders: expose_headers,
    maxAgeMs: max_age,
  }));

/** Cross-origin resource sharing: https://fetch.spec.whatwg.org/#http-cors-protocol */
export type Cors = Readonly<z.output<typeof cors>>;

/** `gateway.csrf`: https://www.apollographql.com/docs/apollo-server/security/cors#preventing-cross-site-request-forgery-csrf */
export const csrf = z
  .strictObject({
    required_headers: z
      .array(z.string('give the name of a header').min(1, 'give the name of a header'), 'give a list of header names')
      .min(1, 'give at least one header')
      .prefault(['x-apollo-operation-name', 'apollo-require-preflight'])
      .describe('Headers of which a request needs one if a web page could send it without a preflight, such as a GET.'),
  })
  .transform(({ required_headers }) => ({ requiredHeaders: required_headers }));
