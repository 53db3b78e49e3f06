import type { User, Verdict } from './verdicts.ts';

/** Maximum number of operations that are listed below a change. */
const MAX_USERS = 10;

/** Time that uses are looked up in. */
export interface Period {
  readonly days: number;
  /** First day of the recording; undefined if uses aren't recorded. */
  readonly since: string | undefined;
}

/** Says in words what each change would break. */
export function report(verdicts: readonly Verdict[], period: Period): string {
  if (verdicts.length === 0) return 'Clients see no change.';
  const of = (effect: Verdict['effect']) => verdicts.filter((verdict) => verdict.effect === effect);
  const parts = [
    section(period.since === undefined ? 'May break clients:' : 'Breaks operations in use:', of('breaking')),
    section(`Breaks nothing that was used ${spell(period)}:`, of('unused')),
    section('May surprise clients:', of('dangerous')),
    section('Safe:', of('safe')),
    period.since === undefined
      ? 'Nothing is known of what clients use: set gateway.telemetry.field_usage.file to have it recorded.'
      : '',
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function spell({ days, since }: Period): string {
  return `in ${days} days (recorded since ${since})`;
}

function section(title: string, verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return '';
  return [title, ...verdicts.flatMap(({ message, users }) => [`  ${message}`, ...lines(users)])].join('\n');
}

function lines(users: readonly User[]): string[] {
  const listed = users.slice(0, MAX_USERS).map((user) => `    ${describe(user)}`);
  const rest = users.length - MAX_USERS;
  return rest > 0 ? [...listed, `    and ${rest} more`] : listed;
}

function describe({ client, operation = 'an anonymous operation', count, first, last }: User): string {
  if (count === undefined) return `${client}: ${operation}`;
  const when = first === last ? `on ${first}` : `from ${first} to ${last}`;
  return `${client}: ${operation}, ${count} ${count === 1 ? 'time' : 'times'} ${when}`;
}
