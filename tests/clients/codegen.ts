import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeBlock } from '../harness/documentation.ts';
import type { Afterwards } from '../harness/graph.ts';
import { ROOT } from '../harness/process.ts';

const PAGE = 'docs/frontend.md';
const CODEGEN = fileURLToPath(new URL('bin.js', import.meta.resolve('@graphql-codegen/cli')));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
/** As bundlers find modules: without extensions. */
const COMPILER_OPTIONS = { module: 'esnext', moduleResolution: 'bundler' };

/** Result of a program. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** Makes the project of the page's section, with further files in its `src`, and runs the generator there. */
export async function generateTypes(
  t: Afterwards,
  adapt: (code: string) => string,
  others: Readonly<Record<string, string>>,
): Promise<{ readonly folder: string; readonly generated: Outcome }> {
  const folder = await mkdtemp(join(import.meta.dirname, '.tmp-')); // from here imports resolve
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'src'));
  const files = {
    'codegen.ts': adapt(codeBlock(PAGE, 'codegen-config')),
    'src/orders.ts': adapt(codeBlock(PAGE, 'codegen-orders')),
    'tsconfig.json': JSON.stringify({
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: COMPILER_OPTIONS,
      include: ['src'],
    }),
    ...others,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return { folder, generated: await run(folder, CODEGEN) };
}

/** Runs the compiler. Returns the code and the place of each error. */
export async function typeErrors(folder: string): Promise<string[]> {
  const { output } = await run(folder, TSC, '--pretty', 'false');
  return output.split('\n').flatMap((line) => /^(\S+)\(\d+,\d+\): error (TS\d+)/.exec(line)?.slice(1).join(' ') ?? []);
}

/** Adds the extensions that Node needs to the imports. */
export async function nameFiles(folder: string): Promise<void> {
  for (const file of globSync(join(folder, 'src/**/*.ts'))) {
    const text = await readFile(file, 'utf8');
    const isAbove = !file.includes('graphql/');
    await writeFile(file, text.replace(/(from ["']\.\/[\w-]+)(["'])/g, isAbove ? '$1/index.ts$2' : '$1.ts$2'));
  }
}

function run(cwd: string, program: string, ...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr });
    });
  });
}
