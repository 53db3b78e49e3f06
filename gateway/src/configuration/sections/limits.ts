import { z } from 'zod';
import { onOff, size, wholeNumber } from '../values.ts';

/** `gateway.limits`: on by default. What people and tools write passes, introspection included. */
export const limits = z
  .strictObject({
    max_depth: wholeNumber(1)
      .default(15)
      .describe('Levels of fields in an operation; those in __schema and __type are not counted.'),
    max_aliases: wholeNumber(0).default(30).describe('Aliases in an operation.'),
    max_root_fields: wholeNumber(1).default(20).describe('Fields at the root of an operation, repetitions counted.'),
    max_directives: wholeNumber(0).default(20).describe('Directives in an operation.'),
    parser_max_tokens: wholeNumber(1)
      .default(15_000)
      .describe(
        'Tokens in a document, and selections in it once its fragments are spread. It holds with warn_only too.',
      ),
    http_max_request_bytes: size
      .prefault('2mb')
      .describe('The longest body of a request. It holds with warn_only too.'),
    warn_only: onOff(false).describe(
      'Whether operations over max_depth, max_aliases, max_root_fields or max_directives pass, and are logged and counted.',
    ),
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
