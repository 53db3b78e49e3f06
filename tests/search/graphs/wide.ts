import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../../harness/graph.ts';
import { type RunningProcess, startProcess } from '../../harness/process.ts';
import { openProbePort } from '../processes/probed-process.ts';
import { wideSchemas } from '../wide/src/schemas.ts';
import { type Entrance, introspect, type Schemas, Scope, type SearchedGraph } from './searched-graph.ts';

/** Starts a gateway with default settings before a graph of many subgraphs, types and shared fields. */
export async function startWide(mode: 'development' | 'production', known?: Schemas): Promise<SearchedGraph> {
  const scope = new Scope();
  const port = await openProbePort(scope);
  const env = { ...port.env, NODE_ENV: mode };
  const start = async (folder: string, more: Record<string, string>): Promise<RunningProcess> => {
    const process = await startProcess(folder, { ...env, ...more });
    scope.after(() => process.stop('SIGKILL'));
    return process;
  };
  const subgraphs = await start('tests/search/wide', {});
  const urls = String(subgraphs.logs.find(({ urls }) => urls !== undefined)?.urls).split(' ');
  const file = join(await temporaryFolder(scope), 'supergraph.yaml');
  const gateway = await wideGateway(file, urls, start);
  const processes = [await port.probed('gateway', gateway), await port.probed('subgraphs', subgraphs)];
  const entranceOf = (name: string, url: string, reaches: readonly string[]): Entrance => ({
    ...{ name, url, headers: {}, reaches },
    schema: async () => known?.get(name) ?? introspect(url, {}),
  });
  const entrances = [
    entranceOf('gateway', gateway.url, ['gateway', 'subgraphs']),
    ...urls.map((url, index) => entranceOf(`s${index}`, url, ['subgraphs'])),
  ];
  return { entrances, processes, stop: () => scope.end() };
}

/** Writes a supergraph file of the subgraphs, and starts a gateway with it. */
async function wideGateway(
  file: string,
  urls: readonly string[],
  start: (folder: string, env: Record<string, string>) => Promise<RunningProcess>,
): Promise<RunningProcess> {
  const subgraphs = Object.fromEntries(
    wideSchemas().map((sdl, index) => [`s${index}`, { routing_url: urls[index], schema: { sdl } }]),
  );
  await writeFile(file, JSON.stringify({ federation_version: '=2.14.4', subgraphs })); // JSON is YAML too
  return start('gateway', { SUPERGRAPH_FILE: file, GATEWAY_PORT: '0' });
}
