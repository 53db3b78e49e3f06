import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Afterwards, temporaryFolder } from './graph.ts';
import { ROOT } from './process.ts';

/** The files that a gateway follows, copied for a test to change. */
export interface SupergraphFiles {
  /** supergraph.yaml, for `SUPERGRAPH_FILE`. */
  readonly supergraph: string;
  /** The schema of users. */
  readonly users: string;
  /** The schema of orders. */
  readonly orders: string;
  /** The schema of products. */
  readonly products: string;
}

/** Copies supergraph.yaml and the schemas beside it, removed after the test. */
export async function copySupergraph(t: Afterwards): Promise<SupergraphFiles> {
  const folder = await temporaryFolder(t);
  const copy = async (path: string) => {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await copyFile(join(ROOT, path), file);
    return file;
  };
  const [supergraph, users, orders, products] = await Promise.all([
    copy('supergraph.yaml'),
    copy('subgraphs/users/schema.graphql'),
    copy('subgraphs/orders/schema.graphql'),
    copy('subgraphs/products/schema.graphql'),
  ]);
  return { supergraph, users, orders, products };
}

/** Puts another file in its place, whole from the first moment on, as editors do. */
export async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

/**
 * Replaces a text that is in the file.
 *
 * @returns the line it is in
 */
export async function edit(file: string, from: string, to: string): Promise<number> {
  const text = await readFile(file, 'utf8');
  const at = text.indexOf(from);
  if (at === -1) throw new Error(`${file} has no ${from}`);
  const edited = text.replace(from, () => to);
  await replace(file, edited);
  return text.slice(0, at).split('\n').length;
}
