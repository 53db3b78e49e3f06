import { readFile } from 'node:fs/promises';
import type { Afterwards } from '../harness/graph.ts';
import { copySupergraph, replace } from '../harness/supergraph-files.ts';

/** Copies supergraph.yaml, adding lines to the gateway's traffic_shaping and to users. */
export async function supergraphWith(
  t: Afterwards,
  { traffic = [], users = [] }: { traffic?: string[]; users?: string[] },
): Promise<string> {
  const { supergraph } = await copySupergraph(t);
  const text = await readFile(supergraph, 'utf8');
  const indented = (lines: string[]) => lines.map((line) => `\n    ${line}`).join('');
  const withUsers = text.replace(
    /^ {4}timeout: 2s.*$/m,
    (line) => `${users.some((own) => own.startsWith('timeout:')) ? '' : line}${indented(users)}`,
  );
  const shaping = traffic.length === 0 ? '' : `gateway:\n  traffic_shaping:${indented(traffic)}\n`;
  await replace(supergraph, `${withUsers}${shaping}`);
  return supergraph;
}

/** Writes a supergraph of one subgraph, with these lines of its own and of the gateway's traffic_shaping. */
export async function supergraphOf(
  t: Afterwards,
  url: string,
  { traffic = [], subgraph = [] }: { traffic?: string[]; subgraph?: string[] } = {},
): Promise<string> {
  const { supergraph } = await copySupergraph(t);
  const lines = [
    'subgraphs:',
    '  greetings:',
    `    routing_url: ${url}`,
    '    schema: { sdl: "type Query { hello: String } type Mutation { count: Int }" }',
    ...subgraph.map((line) => `    ${line}`),
    'gateway:',
    '  traffic_shaping:',
    ...['deduplicate_query: false', ...traffic].map((line) => `    ${line}`),
  ];
  await replace(supergraph, `${lines.join('\n')}\n`);
  return supergraph;
}
