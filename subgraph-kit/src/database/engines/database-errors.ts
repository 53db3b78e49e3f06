// Unlike an ExpectedError these settle nothing: whoever catches expected failures lets them through.

/** The database can't be reached, is too busy, or did not answer in time. The statement's transaction has changed nothing. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';
  /** Reaches the client, as the message does. */
  readonly extensions = { code: 'DATABASE_UNAVAILABLE' };

  /** @param cause reason, for the log only */
  constructor(cause: unknown) {
    super('The database is unavailable; try again later', { cause });
  }
}

/** The connection was lost while a change was committed, which may have happened or not. */
export class OutcomeUnknownError extends Error {
  override readonly name = 'OutcomeUnknownError';
  /** Reaches the client, as the message does. */
  readonly extensions = { code: 'OUTCOME_UNKNOWN' };

  /** @param cause reason, for the log only */
  constructor(cause: unknown) {
    super(
      'The answer of the database was lost, and the mutation may or may not have been executed; if it takes an idempotency ' +
        'key, send it again with the same one to find out',
      { cause },
    );
  }
}
