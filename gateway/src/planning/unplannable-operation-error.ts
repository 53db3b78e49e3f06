/** Failure to plan an operation. Nothing of it was executed. */
export class UnplannableOperationError extends Error {
  override readonly name: string = 'UnplannableOperationError';

  constructor(cause: unknown) {
    super(`The operation can't be planned: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
