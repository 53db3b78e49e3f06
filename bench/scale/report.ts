import { table, withSpread } from '../report/markdown.ts';
import { surroundings } from '../report/surroundings.ts';
import { spread } from '../statistics.ts';
import { CONNECTIONS, type Costs, type ScaleMeasurement } from './measure.ts';

/** Rates that the report works out the needs of, in requests a second. */
const RATES = [10_000, 1_000_000];

/** Share of a core that a process is to use, so that a burst finds room. */
const USED_SHARE = 0.7;

/** Returns the report in Markdown. */
export function scaleReport(measurements: readonly ScaleMeasurement[], rounds: number, isQuick: boolean): string {
  const operations = [...new Set(measurements.map(({ operation }) => operation))];
  const of = (operation: string) => measurements.filter((one) => one.operation === operation);
  return `# Several gateways and instances on PostgreSQL

Written by \`npm run bench:scale\` on ${new Date().toISOString().slice(0, 10)}: edits are lost at the next run.
${isQuick ? '\nA smoke run: it shows that every system answers rightly. **Its figures mean nothing.**\n' : ''}
${surroundings(false)}

Every process is on this machine: the load generators, the gateways, the instances of users and orders, and one PostgreSQL, which
syncs every commit. So the rate can't grow with the processes; what a request costs can be seen not to. ${CONNECTIONS} connections in
all, shared out among the gateways; ${rounds} rounds, in which the systems take turns; every answer is checked.

${operations.map((operation) => `## \`${operation}\`\n\n${costTable(of(operation))}`).join('\n\n')}

CPU in milliseconds a request, median (least–most) of the rounds. Statements are round trips to PostgreSQL. Its connections are those
of all instances that run.

## What a rate needs

Cores, each used to ${USED_SHARE * 100} %, at the highest cost of any of the systems above.

${needsTable(operations.map((operation) => ({ operation, costs: highestCosts(of(operation)) })))}
`;
}

function costTable(measurements: readonly ScaleMeasurement[]): string {
  const systems = Map.groupBy(measurements, ({ gateways, instances }) => `${gateways} | ${instances}`);
  const rows = [...systems].map(([system, rounds]) => {
    const cost = (name: keyof Costs) => withSpread(spread(rounds.map(({ costs }) => costs[name])), 3);
    const median = (value: (one: ScaleMeasurement) => number) => spread(rounds.map(value)).median;
    const all = withSpread(spread(rounds.map(({ costs }) => sumOf(costs))), 3);
    const latency = `${median(({ p50Ms }) => p50Ms).toFixed(1)} / ${median(({ p99Ms }) => p99Ms).toFixed(1)}`;
    return [
      ...[system, cost('gateway'), cost('users'), cost('orders'), cost('database'), all],
      ...[median(({ statements }) => statements).toFixed(2), median(({ connections }) => connections).toFixed(0)],
      ...[
        median(({ perSecond }) => perSecond).toFixed(0),
        latency,
        String(rounds.reduce((sum, { wrong }) => sum + wrong, 0)),
      ],
    ];
  });
  const head =
    'gateways | instances | gateway | users | orders | PostgreSQL | all | statements | connections | requests/s';
  return table([...head.split(' | '), 'p50 / p99 ms', 'wrong'], rows);
}

function needsTable(needs: readonly { operation: string; costs: Costs }[]): string {
  const rows = needs.flatMap(({ operation, costs }) =>
    RATES.map((rate) => {
      const cores = (ms: number) => Math.ceil((rate * ms) / 1000 / USED_SHARE).toLocaleString('en');
      const { gateway, users, orders, database } = costs;
      return [
        `\`${operation}\``,
        rate.toLocaleString('en'),
        ...[gateway, users, orders, database, sumOf(costs)].map(cores),
      ];
    }),
  );
  return table(['operation', 'requests/s', 'gateway', 'users', 'orders', 'PostgreSQL', 'all'], rows);
}

/** Returns the medians of the system in which each process costs the most. */
function highestCosts(measurements: readonly ScaleMeasurement[]): Costs {
  const systems = [...Map.groupBy(measurements, ({ gateways, instances }) => `${gateways} ${instances}`).values()];
  const highest = (name: keyof Costs) =>
    Math.max(...systems.map((rounds) => spread(rounds.map(({ costs }) => costs[name])).median));
  return {
    gateway: highest('gateway'),
    users: highest('users'),
    orders: highest('orders'),
    database: highest('database'),
  };
}

function sumOf({ gateway, users, orders, database }: Costs): number {
  return gateway + users + orders + database;
}
