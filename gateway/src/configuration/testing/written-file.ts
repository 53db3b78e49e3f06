import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { readConfig } from '../environment.ts';
import { readSupergraphFile, type SupergraphSettings, type SupergraphSource } from '../supergraph-file.ts';

/** Where the texts of a test file are written, for it to read them. */
export const folder = mkdtempSync(join(tmpdir(), 'lockstep-'));
after(() => rmSync(folder, { recursive: true }));

const file = join(folder, 'supergraph.yaml');

/** A supergraph file with this text, in this environment. */
export function write(text: string, env: NodeJS.ProcessEnv = {}): SupergraphSource {
  writeFileSync(file, text);
  return readConfig({ ...env, SUPERGRAPH_FILE: file });
}

/** What a supergraph file with this text says. */
export function read(text: string, env: NodeJS.ProcessEnv = {}): SupergraphSettings {
  return readSupergraphFile(write(text, env)).settings;
}

/** What is wrong with it, `line: path: …` each; none where it can be used. */
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

/** The same, without the names of all known keys, which are more with every feature. */
export function brief(mistakes: readonly string[]): string[] {
  return mistakes.map((mistake) => mistake.replace(/known here: .*/, 'known here: …'));
}

/** A file with these lines under `gateway`, the first of them on line 2. */
export function withGateway(lines: string): string {
  return `gateway:\n${lines}\nsubgraphs: { a: { routing_url: "http://a:1/", schema: { file: a.graphql } } }\n`;
}
