import { parseArgs } from 'node:util';
import { readConfig } from '@lockstep/gateway/configuration/environment.ts';
import type { SubgraphSchema } from '@lockstep/gateway/planning/subgraph-schema.ts';
import { PolledSchemas } from '@lockstep/gateway/supergraph/polled-schemas.ts';
import { readSupergraph } from '@lockstep/gateway/supergraph/read-supergraph.ts';
import { createLogger } from '@lockstep/runtime/logging.ts';
import { GATEWAY } from './processes/apps.ts';
import { readAppsInForce } from './processes/in-force.ts';
import { changedSchemas } from './schema-check/changed-schemas.ts';
import { report } from './schema-check/report.ts';
import { readUses } from './schema-check/users.ts';
import { judge } from './schema-check/verdicts.ts';
import { CommandError, runCommand } from './terminal/command.ts';

// `npm run check:schema -- products=FILE …`: compares changed schemas with those of the graph, and says whom the changes break.

const USAGE = 'give the changed schemas: npm run check:schema -- products=new.graphql [--days 30] [--json]';

await runCommand(async () => {
  const { files, days, json } = readOptions(process.argv.slice(2));
  const gateway = (await readAppsInForce()).find(({ name }) => name === GATEWAY);
  const config = readConfig({ ...gateway?.env });
  const schemas = new PolledSchemas(config.secret, createLogger('check:schema', config.logging));
  const supergraph = await readSupergraph(config, schemas);
  const changed = await changedSchemas(supergraph.schemas, files);
  const before = await apiSchemaOf(supergraph.schemas);
  const after = await apiSchemaOf(changed);
  const { period, usersOf } = await readUses(supergraph.gateway, before, days);
  const verdicts = await judge(before, after, usersOf);
  console.log(json ? JSON.stringify({ ...period, changes: verdicts }, undefined, 2) : report(verdicts, period));
  if (verdicts.some(({ effect }) => effect === 'breaking')) process.exitCode = 1;
});

/** Loads Apollo's composition, which takes half of the command's start, once there is something to compose. */
async function apiSchemaOf(schemas: readonly SubgraphSchema[]) {
  const { compose } = await import('@lockstep/gateway/planning/compose.ts');
  const { loadPlanner } = await import('@lockstep/gateway/planning/load-planner.ts');
  const { apiSchema } = await loadPlanner(compose(schemas));
  return apiSchema;
}

function readOptions(args: string[]): { files: string[]; days: number; json: boolean } {
  const { values, positionals } = parse(args);
  const days = Number(values.days);
  if (!Number.isInteger(days) || days < 1 || days > 90) {
    throw new CommandError(`--days ${values.days}: give a whole number from 1 to 90`);
  }
  if (positionals.length === 0) throw new CommandError(USAGE);
  return { files: positionals, days, json: values.json };
}

function parse(args: string[]) {
  try {
    const options = { days: { type: 'string', default: '30' }, json: { type: 'boolean', default: false } } as const;
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  }
}
