import { createRequire } from 'node:module';
import { sep } from 'node:path';

// Loaded before a process of the project (`--import`): at its end it logs the CommonJS packages that it has loaded.

const { cache } = createRequire(import.meta.url);

process.once('exit', () => {
  const packages = Object.keys(cache).map((file) => packageOf(file.split(sep)));
  process.stdout.write(`${JSON.stringify({ level: 'info', msg: 'packages', packages: [...new Set(packages)] })}\n`);
});

function packageOf(folders: readonly string[]): string {
  const [scope = '', name = ''] = folders.slice(folders.lastIndexOf('node_modules') + 1);
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}
