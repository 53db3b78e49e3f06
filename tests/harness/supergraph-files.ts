import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Afterwards, temporaryFolder } from './graph.ts';
import { routeToInstances } from './instances.ts';
import { ROOT, type RunningProcess } from './process.ts';
import { SUBGRAPH_NAMES } from './subgraphs.ts';
import { until } from './waiting.ts';

/** Files that a gateway follows, copied for a test to change. */
export interface SupergraphFiles {
  /** Path of supergraph.yaml, for `SUPERGRAPH_FILE`. */
  readonly supergraph: string;
  /** Path of the schema of users. */
  readonly users: string;
  /** Path of the schema of orders. */
  readonly orders: string;
  /** Path of the schema of products. */
  readonly products: string;
}

/** Copies supergraph.yaml, without its settings for the gateway, and the schemas beside it. They are removed with the test. */
export async function copySupergraph(t: Afterwards): Promise<SupergraphFiles> {
  const folder = await temporaryFolder(t);
  const copy = async (path: string) => {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await copyFile(join(ROOT, path), file);
    return file;
  };
  const schemaOf = (name: string) => join('subgraphs', name, 'schema.graphql');
  const supergraph = await copy('supergraph.yaml');
  for (const name of SUBGRAPH_NAMES) await copy(schemaOf(name));
  const text = await readFile(supergraph, 'utf8');
  await writeFile(supergraph, routeToInstances(text.slice(0, text.indexOf('\ngateway:') + 1)));
  return {
    supergraph,
    users: join(folder, schemaOf('users')),
    orders: join(folder, schemaOf('orders')),
    products: join(folder, schemaOf('products')),
  };
}

/** Replaces a file atomically, as editors do. */
export async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

/**
 * Replaces a text in a file.
 *
 * @returns its line
 */
export async function edit(file: string, from: string, to: string): Promise<number> {
  const text = await readFile(file, 'utf8');
  const at = text.indexOf(from);
  if (at === -1) throw new Error(`${file} has no ${from}`);
  const edited = text.replace(from, () => to);
  await replace(file, edited);
  return text.slice(0, at).split('\n').length;
}

/**
 * Replaces the file that a gateway follows. Resolves once all its instances serve with it. That costs a thirtieth of the CPU time of
 * another gateway, if only settings change.
 *
 * @param text text that differs from the one before in more than its form
 */
export async function configure(gateway: RunningProcess, file: string, text: string): Promise<void> {
  const before = gateway.logs.length;
  await replace(file, text);
  await until(
    () => gateway.logs.slice(before),
    (lines) => lines.filter(({ msg }) => msg.startsWith('the graph has changed')).length >= gateway.urls.length,
  );
}
