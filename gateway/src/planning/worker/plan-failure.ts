import { GraphQLError, type GraphQLErrorExtensions } from 'graphql';
import { InvalidPlanError } from '../invalid-plan-error.ts';
import { OperationTooComplexError } from '../operation-too-complex-error.ts';
import { UnplannableOperationError } from '../unplannable-operation-error.ts';

/** An error of a planner as data for another thread: a structured clone would lose its class. */
export type PlanFailure =
  | { readonly kind: 'graphql'; readonly message: string; readonly extensions: GraphQLErrorExtensions }
  | { readonly kind: 'invalid'; readonly coordinate: string; readonly fault: string }
  | { readonly kind: 'unplannable'; readonly cause: string }
  | { readonly kind: 'tooComplex'; readonly message: string }
  | { readonly kind: 'unexpected'; readonly message: string; readonly stack: string | undefined };

export function toFailure(error: unknown): PlanFailure {
  if (error instanceof GraphQLError) return { kind: 'graphql', message: error.message, extensions: error.extensions };
  if (error instanceof InvalidPlanError) return { kind: 'invalid', coordinate: error.coordinate, fault: error.fault };
  if (error instanceof OperationTooComplexError) return { kind: 'tooComplex', message: error.message };
  if (error instanceof UnplannableOperationError) {
    return { kind: 'unplannable', cause: error.cause instanceof Error ? error.cause.message : String(error.cause) };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'unexpected', message, stack };
}

export function toError(failure: PlanFailure): Error {
  switch (failure.kind) {
    case 'graphql':
      return new GraphQLError(failure.message, { extensions: failure.extensions });
    case 'invalid':
      return new InvalidPlanError(failure.coordinate, failure.fault);
    case 'unplannable':
      return new UnplannableOperationError(failure.cause);
    case 'tooComplex':
      return new OperationTooComplexError(failure.message);
    case 'unexpected':
      return Object.assign(new Error(failure.message), { stack: failure.stack });
  }
}
