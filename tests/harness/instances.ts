import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { variablePrefix } from '@lockstep/subgraph-kit/variable-prefix.ts';
import { ROOT } from './process.ts';

/** Number of processes of each subgraph, and of gateways, in the tests' graphs. `npm run test:engines` sets it to 2 as well. */
export const INSTANCES = Number(process.env.TEST_INSTANCES ?? 1);

/** Address of an instance that a test has not started: nothing answers there. */
const NOWHERE = 'http://127.0.0.1:9/graphql';

const ROUTE = /^( *)routing_url: (\$\{env\.([A-Z_]+)_URL(?::-[^}]*)?\})$/gm;

/** Returns a supergraph file that routes to as many instances of each subgraph as tests start. */
export function routeToInstances(text: string): string {
  if (INSTANCES === 1) return text;
  const others = Array.from({ length: INSTANCES - 1 }, (_, index) => index + 2);
  return text.replace(ROUTE, (_, indent: string, first: string, prefix: string) => {
    const urls = [first, ...others.map((number) => `\${env.${prefix}_URL_${number}:-${NOWHERE}}`)];
    return `${indent}routing_urls: [${urls.map((url) => `"${url}"`).join(', ')}]`;
  });
}

/** Returns the variables that name a subgraph's addresses in a file of {@link routeToInstances}. */
export function routesTo(name: string, urls: readonly string[]): Record<string, string> {
  const variable = `${variablePrefix(name)}_URL`;
  return Object.fromEntries(urls.map((url, index) => [index === 0 ? variable : `${variable}_${index + 1}`, url]));
}

/** Writes the project's supergraph file to a folder, with routes to all instances. @returns its path, for `SUPERGRAPH_FILE` */
export async function usualSupergraph(folder: string): Promise<string> {
  const text = await readFile(join(ROOT, 'supergraph.yaml'), 'utf8');
  const file = join(folder, 'supergraph.yaml');
  await writeFile(file, routeToInstances(text).replaceAll('file: ./', `file: ${ROOT}/`));
  return file;
}
