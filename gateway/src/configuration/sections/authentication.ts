import { z } from 'zod';
import { headerName, httpAddress, onOff, ownHeaders, timeLimit } from '../values.ts';

/** Asymmetric algorithms. With a symmetric one such as `HS256`, everyone who can verify a token could also sign one. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;

const JWKS_URL_RULE = 'give the address of a JSON Web Key Set, which starts with https:// or http://';
const prefix = z.string('give a word such as Bearer').regex(/^\S*$/, 'give one word, without spaces');

/** Returns a schema of a text or a list of texts. */
function oneOrMore(rule: string) {
  const text = z.string(rule).min(1, rule);
  return z.union([text.transform((value) => [value]), z.array(text).min(1)], { error: rule });
}

const keySet = z
  .strictObject({
    url: httpAddress(JWKS_URL_RULE).describe('URL of the JSON Web Key Set.'),
    issuer: oneOrMore('give the issuer as its tokens have it in `iss`')
      .optional()
      .describe('Accepted value of iss. Not checked if neither this nor issuers is set.'),
    issuers: oneOrMore('give the issuers as their tokens have them in `iss`')
      .optional()
      .describe('Accepted values of iss.'),
    audience: oneOrMore('give the audience as the tokens have it in `aud`')
      .optional()
      .describe('Accepted value of aud. Not checked if neither this nor audiences is set.'),
    audiences: oneOrMore('give the audiences as the tokens have them in `aud`')
      .optional()
      .describe('Accepted values of aud.'),
    algorithms: z
      .array(z.enum(ALGORITHMS, { error: `give algorithms out of ${ALGORITHMS.join(', ')}` }))
      .min(1, 'give at least one algorithm')
      .default([...ALGORITHMS])
      .describe('Accepted signature algorithms.'),
    require_exp: onOff(true).describe('Refuses tokens without exp, which would be valid for ever.'),
    poll_interval: timeLimit.prefault('1m').describe('How soon a withdrawn key stops being accepted.'),
    headers: ownHeaders.describe('Headers sent with the request for the keys.'),
  })
  .transform(
    ({
      url,
      issuer = [],
      issuers = [],
      audience = [],
      audiences = [],
      algorithms,
      require_exp,
      poll_interval,
      headers,
    }) => ({
      url,
      issuers: [...issuer, ...issuers],
      audiences: [...audience, ...audiences],
      algorithms,
      requiresExpiry: require_exp,
      pollIntervalMs: poll_interval,
      headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])),
    }),
  );

const source = z.discriminatedUnion(
  'type',
  [
    z
      .strictObject({
        type: z.literal('header').describe('Takes the token from a header.'),
        name: headerName.describe('Name of the header.'),
        value_prefix: prefix.default('Bearer').describe('Prefix of the token.'),
      })
      .transform(({ type, name, value_prefix }) => ({ type, name, prefix: value_prefix })),
    z.strictObject({
      type: z.literal('cookie').describe('Takes the token from a cookie.'),
      name: z.string('give the name of a cookie').min(1).describe('Name of the cookie.'),
    }),
  ],
  { error: 'give type: header or type: cookie' },
);

const jwt = z
  .strictObject({
    jwks: z
      .array(keySet, { error: 'give a list of key sets, each with its url' })
      .min(1, 'give at least one key set, with its url')
      .describe('Key sets, one per issuer or for several.'),
    header_name: headerName.default('authorization').describe('Header that carries the token.'),
    header_value_prefix: prefix.default('Bearer').describe('Prefix of the token in that header.'),
    ignore_other_prefixes: onOff(false).describe(
      'Ignores a header with another prefix instead of refusing the request.',
    ),
    sources: z.array(source).prefault([]).describe('Further places to look for a token.'),
  })
  .transform(({ jwks, header_name, header_value_prefix, ignore_other_prefixes, sources }) => ({
    keySets: jwks,
    sources: [{ type: 'header' as const, name: header_name, prefix: header_value_prefix }, ...sources],
    ignoreOtherPrefixes: ignore_other_prefixes,
  }));

/** `gateway.authentication` */
export const authentication = z.strictObject({
  jwt: jwt.optional().describe('JSON Web Tokens, verified with the keys that their issuers publish.'),
});

/** Sources and issuers of tokens. */
export type JwtSettings = Readonly<z.output<typeof jwt>>;

/** A key set, and the claims required of tokens signed with it. */
export type KeySetSettings = JwtSettings['keySets'][number];

/** Part of a request that may carry a token. */
export type TokenSource = JwtSettings['sources'][number];
