/** A plan has something that the compiler doesn't know. Nothing of it was run. */
export class UnsupportedPlanError extends Error {
  override readonly name = 'UnsupportedPlanError';

  constructor(what: string) {
    super(`The query plan has ${what}, which can't be compiled`);
  }
}
