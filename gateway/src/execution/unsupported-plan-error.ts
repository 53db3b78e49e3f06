/** The plan contains a node that can't be compiled. Thrown before anything is run. */
export class UnsupportedPlanError extends Error {
  override readonly name = 'UnsupportedPlanError';

  constructor(what: string) {
    super(`The query plan has ${what}, which can't be compiled`);
  }
}
