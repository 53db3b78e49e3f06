import { z } from 'zod';
import { onOff, size, toBytes, wholeNumber } from '../values.ts';

/** `gateway.limits`: on by default. The defaults pass what tools and people write, introspection included. */
export const limits = z
  .strictObject({
    max_depth: wholeNumber(1).default(15),
    max_aliases: wholeNumber(0).default(30),
    max_root_fields: wholeNumber(1).default(20),
    max_directives: wholeNumber(0).default(20),
    parser_max_tokens: wholeNumber(1).default(15_000),
    http_max_request_bytes: size.default(toBytes('2mb')),
    warn_only: onOff(false),
  })
  .transform((keys) => ({
    maxDepth: keys.max_depth,
    maxAliases: keys.max_aliases,
    maxRootFields: keys.max_root_fields,
    maxDirectives: keys.max_directives,
    maxTokens: keys.parser_max_tokens,
    maxBodyBytes: keys.http_max_request_bytes,
    warnOnly: keys.warn_only,
  }));
