import type { JsonRecord } from '@lockstep/runtime/json-record.ts';
import type { GraphQLError } from 'graphql';
import type { AnswerLimits, ReplyBytes } from '../execution/answer-budget.ts';
import type { SubgraphCall } from '../execution/fetching/fetch-request.ts';
import type { Timeline } from '../execution/timeline/timeline.ts';

/** One run of an operation. */
export interface ExecutionRequest {
  /** Variables as the client sent them. */
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  readonly call: SubgraphCall;
  /** Aborted when the client leaves. */
  readonly signal?: AbortSignal | undefined;
  readonly limits: AnswerLimits;
  readonly bytes?: ReplyBytes | undefined;
  /** Undefined unless the client asks for it. */
  readonly timeline?: Timeline | undefined;
}

/**
 * Result of an operation, without `data` if nothing was executed. Must not be changed: parts of it may be shared.
 *
 * https://spec.graphql.org/October2021/#sec-Response-Format
 */
export interface OperationResult {
  readonly data?: JsonRecord | null;
  readonly errors?: readonly GraphQLError[];
  /** Denials, which aren't among `errors`. */
  readonly denied?: readonly GraphQLError[];
}
