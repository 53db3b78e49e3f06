import { RefusedRequestError } from '../refused-request-error.ts';

/** A limit that a request is over. */
export interface LimitViolation {
  /** As the configuration calls it, where it can be configured. */
  readonly limit: string;
  /** At least so many. */
  readonly found: number;
  readonly allowed: number;
}

/** What an excess is of, in words. */
const COUNTED: Readonly<Record<string, string>> = {
  max_depth: 'levels of fields',
  max_aliases: 'aliases',
  max_root_fields: 'root fields',
  max_directives: 'directives',
  parser_max_tokens: 'tokens',
  parser_max_recursion: 'levels of nesting',
  json_max_recursion: 'levels of nesting in the JSON that it came in',
  spread_selections: 'selections once its fragments are spread',
  repeated_fields: 'comparisons to make of fields that it repeats',
};

/** `OPERATION_LIMIT_EXCEEDED`: says which limit, what was found and what is allowed. */
export function limitExceeded({ limit, found, allowed }: LimitViolation): RefusedRequestError {
  const message = `The operation has ${found} ${COUNTED[limit] ?? limit}, and at most ${allowed} are allowed.`;
  return new RefusedRequestError(400, 'OPERATION_LIMIT_EXCEEDED', message, {}, { limit, found, allowed });
}
