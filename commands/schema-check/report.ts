import { dayBefore, dayOf } from '@lockstep/gateway/telemetry/usage/usage-store.ts';
import type { User, Verdict } from './verdicts.ts';

/** Maximum number of operations that are listed below a change. */
const MAX_USERS = 10;

/** Time that uses are looked up in. */
export interface Period {
  readonly days: number;
  /** First day of the recording, and day of the last use; undefined if uses aren't recorded. */
  readonly since: string | undefined;
  readonly until: string | undefined;
}

/** Returns true if anything was used in the period. */
export function hasUses({ days, since, until }: Period): boolean {
  return since !== undefined && until !== undefined && until >= dayBefore(new Date(), days);
}

/** Says in words what each change would break. */
export function report(verdicts: readonly Verdict[], period: Period): string {
  if (verdicts.length === 0) return 'Clients see no change.';
  const of = (effect: Verdict['effect']) => verdicts.filter((verdict) => verdict.effect === effect);
  const parts = [
    section(hasUses(period) ? 'Breaks operations in use:' : 'May break clients:', of('breaking')),
    section(`Breaks nothing that was used ${spell(period)}:`, of('unused')),
    section('May surprise clients:', of('dangerous')),
    section('Safe:', of('safe')),
    hasUses(period) ? '' : unknown(period),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function spell({ days, since, until }: Period): string {
  return `in ${days} days (recorded ${until === dayOf(new Date()) ? `since ${since}` : `from ${since} to ${until}`})`;
}

function unknown({ days, until }: Period): string {
  return until === undefined
    ? 'Nothing is known of what clients use: set gateway.telemetry.field_usage.file to have it recorded.'
    : `No use was recorded in the last ${days} days, the last one on ${until}: see if the gateway still records them, or give more --days.`;
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
