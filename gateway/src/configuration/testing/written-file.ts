import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { readConfig } from '../environment.ts';
import { readSupergraphFile, type SupergraphSettings, type SupergraphSource } from '../supergraph-file.ts';

/** Temporary folder of the test files of this process. */
export const folder = mkdtempSync(join(tmpdir(), 'lockstep-'));
process.once('exit', () => rmSync(folder, { recursive: true }));

const file = join(folder, 'supergraph.yaml');

/** Writes a supergraph file, and returns it with this environment. */
export function write(text: string, env: NodeJS.ProcessEnv = {}): SupergraphSource {
  writeFileSync(file, text);
  return readConfig({ ...env, SUPERGRAPH_FILE: file });
}

/** Returns the settings of a supergraph file with this text. */
export function read(text: string, env: NodeJS.ProcessEnv = {}): SupergraphSettings {
  return readSupergraphFile(write(text, env)).settings;
}

/** Returns the mistakes of a supergraph file, each as `line: path: …`; none if it is valid. */
export function mistakesOf(text: string, env: NodeJS.ProcessEnv = {}): string[] {
  try {
    read(text, env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const [, ...lines] = error.message.split('\n');
    return lines.map((line) => line.trim().replace(`${file}:`, ''));
  }
}

/** Shortens the lists of known keys in mistakes, which grow with every feature. */
export function brief(mistakes: readonly string[]): string[] {
  return mistakes.map((mistake) => mistake.replace(/known keys: .*/, 'known keys: …'));
}

/** Returns the text of a file with these lines under `gateway`, starting on line 2. */
export function withGateway(lines: string): string {
  return `gateway:\n${lines}\nsubgraphs: { a: { routing_url: "http://a:1/", schema: { file: a.graphql } } }\n`;
}
