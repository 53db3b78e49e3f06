const POSTGRES_URL = /^postgres(ql)?:\/\//i;

/** Returns true if the location of a database is on a PostgreSQL server, and not the path of a file. */
export function isPostgresUrl(location: string): boolean {
  return POSTGRES_URL.test(location);
}
