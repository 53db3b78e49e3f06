import { RefusedRequestError } from '../refused-request-error.ts';

/** A limit that a request exceeds. */
export interface LimitViolation {
  /** Name of the limit, in the configuration if it is configurable. */
  readonly limit: string;
  /** Number found. Counting stops above the limit, so there may be more. */
  readonly found: number;
  readonly allowed: number;
}

/** Counted things by limit, in words. */
const COUNTED: Readonly<Record<string, string>> = {
  max_depth: 'levels of fields',
  max_aliases: 'aliases',
  max_root_fields: 'root fields',
  max_directives: 'directives',
  parser_max_tokens: 'tokens',
  parser_max_recursion: 'levels of nesting',
  json_max_recursion: 'levels of nesting in its JSON',
  spread_selections: 'selections once its fragments are spread',
  repeated_fields: 'comparisons of repeated fields',
};

/** Creates an `OPERATION_LIMIT_EXCEEDED` error with the limit, the number found and the number allowed. */
export function limitExceeded({ limit, found, allowed }: LimitViolation): RefusedRequestError {
  const message = `The operation has ${found} ${COUNTED[limit] ?? limit}; at most ${allowed} are allowed`;
  return new RefusedRequestError(400, 'OPERATION_LIMIT_EXCEEDED', message, {}, { limit, found, allowed });
}
