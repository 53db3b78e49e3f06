import { z } from 'zod';
import { onOff, sizeLimit, timeLimit, wholeNumber } from '../values.ts';

/** With less than 4 MB for a thread V8 ends the whole process (24.21), and Apollo's planner alone takes more. */
const MIN_PLANNING_HEAP = 32 * 1024 * 1024;

/** `gateway.limits`: on by default. The defaults let pass what people and tools write, introspection included. */
export const limits = z
  .strictObject({
    max_depth: wholeNumber(1).default(15).describe('Maximum depth of an operation.'),
    max_aliases: wholeNumber(0).default(30).describe('Maximum number of aliases in an operation.'),
    max_root_fields: wholeNumber(1)
      .default(20)
      .describe('Maximum number of root fields in an operation, repetitions included.'),
    max_directives: wholeNumber(0).default(20).describe('Maximum number of directives in an operation.'),
    parser_max_tokens: wholeNumber(1)
      .default(15_000)
      .describe(
        'Maximum number of tokens in a document, and of selections once its fragments are spread. Enforced even with warn_only.',
      ),
    max_objects: wholeNumber(1)
      .default(50_000)
      .describe(
        'Maximum number of objects in an answer; ten fields count as one object more, and an error as ten. Enforced even with warn_only.',
      ),
    max_bytes: sizeLimit
      .prefault('10mb')
      .describe(
        "Maximum size of the subgraphs' replies to an operation, and of the texts in its answer; a single reply that is longer counts as a failure of its subgraph. Enforced even with warn_only.",
      ),
    http_max_request_bytes: sizeLimit
      .prefault('2mb')
      .describe('Maximum size of a request body. Enforced even with warn_only.'),
    http_max_bytes_in_flight: sizeLimit
      .optional()
      .describe(
        'Maximum number of bytes that a process holds of request bodies being read, replies of subgraphs with what is made of them, and answers that are not sent yet. Beyond it, requests are refused with 503. If unset, a quarter of the limit of the heap.',
      ),
    planning_timeout: timeLimit
      .prefault('1s')
      .describe('Maximum CPU time for planning one operation. Enforced even with warn_only.'),
    planning_heap: sizeLimit
      .refine((bytes) => bytes >= MIN_PLANNING_HEAP, 'give 32mb or more')
      .prefault('1024mb')
      .describe('Maximum heap of the thread that composes the schemas and plans operations.'),
    warn_only: onOff(false).describe(
      'Only logs and counts operations over max_depth, max_aliases, max_root_fields or max_directives.',
    ),
  })
  .transform((keys) => ({
    maxDepth: keys.max_depth,
    maxAliases: keys.max_aliases,
    maxRootFields: keys.max_root_fields,
    maxDirectives: keys.max_directives,
    maxTokens: keys.parser_max_tokens,
    maxObjects: keys.max_objects,
    maxBytes: keys.max_bytes,
    maxBodyBytes: keys.http_max_request_bytes,
    maxBytesInFlight: keys.http_max_bytes_in_flight,
    planningTimeoutMs: keys.planning_timeout,
    planningHeapBytes: keys.planning_heap,
    warnOnly: keys.warn_only,
  }));
