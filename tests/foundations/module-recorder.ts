import { createRequire } from 'node:module';
import { sep } from 'node:path';

// Loaded before a process of the project (`--import`): at its end it logs the CommonJS packages that it has loaded, and the
// modules of Node itself.

const { cache } = createRequire(import.meta.url);

process.once('exit', () => {
  const packages = Object.keys(cache).map((file) => packageOf(file.split(sep)));
  const builtins: string[] = Reflect.get(process, 'moduleLoadList'); // not in the types
  const line = { level: 'info', msg: 'loaded', packages: [...new Set(packages)], builtins };
  process.stdout.write(`${JSON.stringify(line)}\n`);
});

function packageOf(folders: readonly string[]): string {
  const [scope = '', name = ''] = folders.slice(folders.lastIndexOf('node_modules') + 1);
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}
