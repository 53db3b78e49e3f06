import { parseArgs } from 'node:util';
import type { PlanReport } from '@lockstep/gateway/pipeline/responses/plan-report.ts';
import { PLAN_HEADER } from '@lockstep/gateway/pipeline/responses/query-plans.ts';
import { isRecord } from '@lockstep/runtime/json-record.ts';
import { planTree } from './plan/plan-tree.ts';
import { gatewaySettings, graphUrlOf } from './processes/graph-url.ts';
import { readAppsInForce } from './processes/in-force.ts';
import { type Answer, ask } from './seeding/graph-client.ts';
import { CommandError, runCommand } from './terminal/command.ts';

// `npm run plan -- '{ orders { id } }'`: runs an operation on the running gateway, and prints its plan with the time of each call.

const USAGE = `give an operation: npm run plan -- '{ orders(first: 2) { id } }' [--variables '{"first":2}'] [--header 'name: value'] [--json]`;

await runCommand(async () => {
  const { query, variables, headers, json } = readOptions(process.argv.slice(2));
  const settings = gatewaySettings(await readAppsInForce());
  const { secret = 'true' } = settings.queryPlans ?? {};
  const answer = await ask(graphUrlOf(settings), query, variables, { ...headers, [PLAN_HEADER]: secret });
  const report = reportIn(answer);
  if (json) console.log(JSON.stringify({ ...report, errors: answer.errors }, undefined, 2));
  else console.log([planTree(report), ...errorsIn(answer)].join('\n'));
});

/** @throws {CommandError} if the answer has no plan, with the reason */
function reportIn(answer: Answer<unknown>): PlanReport {
  const report = answer.extensions?.apolloQueryPlan;
  if (isReport(report)) return report;
  if (answer.data == null) throw new CommandError(['The operation was not executed:', ...errorsIn(answer)].join('\n'));
  throw new CommandError(
    'The gateway gives no plans: set gateway.query_plans.secret in supergraph.yaml. (With execution.engine: apollo it has none.)',
  );
}

function isReport(value: unknown): value is PlanReport {
  return isRecord(value) && 'object' in value && 'summary' in value;
}

function errorsIn({ errors = [] }: Answer<unknown>): string[] {
  return errors.map(({ message, extensions }) => `${extensions?.code ?? 'error'}: ${message}`);
}

/** @throws {CommandError} naming the option and what would do */
function readOptions(args: string[]) {
  const { values, positionals } = parse(args);
  const [query, ...others] = positionals;
  if (query === undefined || others.length > 0) throw new CommandError(USAGE);
  return { query, variables: toVariables(values.variables), headers: toHeaders(values.header), json: values.json };
}

function parse(args: string[]) {
  try {
    const options = {
      variables: { type: 'string', default: '{}' },
      header: { type: 'string', multiple: true, default: [] as string[] },
      json: { type: 'boolean', default: false },
    } as const;
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  }
}

function toVariables(text: string): Record<string, unknown> {
  const rule = `--variables ${text}: give a JSON object, such as '{"first":2}'`;
  try {
    const variables: unknown = JSON.parse(text);
    if (isRecord(variables)) return variables;
  } catch {
    // as below
  }
  throw new CommandError(rule);
}

function toHeaders(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name, value] = /^([\w-]+):\s*([\t -~\x80-\xff]*)$/.exec(text) ?? [];
      if (name === undefined || value === undefined) {
        throw new CommandError(`--header ${text}: give 'name: value', without line breaks or letters beyond Latin-1`);
      }
      return [name, value];
    }),
  );
}
