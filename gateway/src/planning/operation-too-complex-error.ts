/** An operation whose planning was given up, because it took too much time or memory. */
export class OperationTooComplexError extends Error {
  override readonly name = 'OperationTooComplexError';
}
