import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ORDERS, USERS } from '../shop-data.ts';
import { absoluteFigures } from './absolute-figures.ts';
import { type Figure, growthFigures, ratioFigures } from './figures.ts';
import { table } from './markdown.ts';
import type { Results } from './results.ts';
import { surroundings } from './surroundings.ts';
import { figuresTable, growthTable, loadTables, memoryTable } from './tables.ts';

/** Notes written by hand: for each figure not reached, the attempts, their cost and the obstacle. */
const NOTES_FILE = join(import.meta.dirname, '..', 'notes.md');

export function figuresOf(results: Results): Figure[] {
  return [...ratioFigures(results), ...growthFigures(results), ...absoluteFigures(results)];
}

/** Returns the report in Markdown. */
export function report(results: Results): string {
  const { options } = results;
  return `# Results

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: edits are lost at the next run, but for the notes, which are
in \`bench/notes.md\`.
${unfinished(results)}${options.quick ? '\nA smoke run: it shows that every system answers rightly. **Its figures mean nothing.**\n' : ''}
${surroundings(options.peers)}

## Figures to reach

Ratios of what ran within the same seconds, the median of the rounds${several(options.connections)}.
"Not measured" is what this run was not asked for. The rates of the REST version on Bun are another machine's, so they
can't be compared side by side: ours stand beside them.

${figuresTable(figuresOf(results))}

## Notes on the figures

${readFileSync(NOTES_FILE, 'utf8').trim()}

## Method

${method(results)}

## Load

CPU milliseconds a request, user and system time, of each process and of all together. Median (least–most) of the rounds.

${loadTables(results)}

## CPU a field as the answer grows

Microseconds of the gateway's CPU a leaf field.

${growthTable(results)}

## Start and memory

${memoryTable(results)}
${soakSection(results)}`;
}

function unfinished({ measurements, options }: Results): string {
  const done = measurements.at(-1)?.round ?? 0;
  return done < options.rounds ? `\n**Unfinished:** ${done} of ${options.rounds} rounds.\n` : '';
}

function several(connections: readonly number[]): string {
  return connections.length > 1
    ? `, at ${connections.join(' / ')} connections; reached is what is reached at all of them`
    : '';
}

function method({ options }: Results): string {
  return `- Systems, each of real processes on loopback ports, NODE_ENV=production, started once and up throughout:
  - lockstep: this gateway and these subgraphs, LOG_LEVEL=warn, no shared secret;
  - usual set: the same gateway with a deadline, retries, circuit breakers, a concurrency limit, a rate limit and a forwarded
    header, before the same subgraphs (lockstep has the defaults: a deadline and the limits);
  - warm cache: the same gateway with \`response_cache\` and a ttl of a day, before the same subgraphs, which say nothing of
    lifetimes; \`page\` only, each page of which was asked for once before;
  - traced: the same gateway that traces a tenth of all requests, before the same subgraphs; \`page\` only;
  - observed: the same gateway with metrics and an access log, before the same subgraphs; \`page\` only;
  - before (--before): the gateway of an earlier checkout, before the same subgraphs${before(options.before)};
  - stock gateway: ApolloGateway and startStandaloneServer, all defaults (telemetry off), before the same subgraphs;
  - all stock: that gateway before subgraphs of startStandaloneServer, with Kysely at each call and \`fetch\`;
  - floor: a proxy by hand for \`page\`, \`user\` and \`create\`, no GraphQL in it, before the same subgraphs as lockstep;
  - hive, hive rust (--peers): Hive Gateway with its defaults, and with its Rust runtime, before the same subgraphs.
- Data: ${USERS} users and ${ORDERS} orders, 20 of each user, in SQLite files (WAL, synchronous=FULL: every order is synced to disk).
- \`page\`: 20 orders after a random cursor, each with its user's name and e-mail. \`user\`: a user by id with 20 orders.
  \`create\`: a new order with its user. \`wide\`: about 90 KB from a plan of a dozen fetches; \`growth\`: 100 to 10,000 objects
  from two subgraphs; both before four small @apollo/subgraph servers of the bench's own, in one process.
- Load: autocannon in a process of its own, kept-alive connections, one request at a time on each. Every answer is
  compared with what the data say, all of it; the wrong ones are counted in the tables.
- Before the first round every system is run under every load. Then ${options.rounds} rounds; in each, the systems take turns at each
  load, starting with another one each round: ${options.warmUpSeconds} s of warm-up, then a fixed number of requests, about ${options.seconds} s, each
  answered in full, so that all CPU time belongs to a counted answer. CPU time is read from /proc/PID/stat just before the
  first and after the last.
- Start: from the start of the gateway's process to its first right answer of \`page\`, asked for every 5 ms, ${options.starts} times;
  memory at rest is its resident memory a second later.`;
}

function before(folder: string | undefined): string {
  if (folder === undefined) return '';
  return `: ${execFileSync('git', ['rev-parse', 'HEAD'], { cwd: folder, encoding: 'utf8' }).trim()}`;
}

function soakSection({ soak }: Results): string {
  const byMinute = Map.groupBy(soak, ({ minutes }) => Math.floor(minutes));
  if (byMinute.size === 0) return '';
  const rows = [...byMinute].map(([minute, samples]) => [
    String(minute + 1),
    Math.max(...samples.map(({ gatewayMb }) => gatewayMb)).toFixed(0),
  ]);
  return `\n## Memory under load\n\nLockstep's gateway under reads of every kind.\n\n${table(['minute', 'most, MB'], rows)}\n`;
}
