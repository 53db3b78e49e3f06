import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../harness/process.ts';

/** A service of deploy/compose.yaml. */
export interface ComposeService {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly networks: readonly string[];
  readonly ports?: readonly string[];
  readonly [key: string]: unknown;
}

/** Compose file, as it is written. */
export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
}

/** Reads deploy/compose.yaml. */
export function readComposeFile(): ComposeFile {
  return parse(readFileSync(join(ROOT, 'deploy', 'compose.yaml'), 'utf8'), { merge: true });
}

/** Returns each `caller → called` of services that have a network in common. */
export function neighbours({ services }: ComposeFile): string[] {
  const all = Object.entries(services);
  return all
    .flatMap(([from, { networks }]) =>
      all
        .filter(([to, other]) => to !== from && other.networks.some((network) => networks.includes(network)))
        .map(([to]) => `${from} → ${to}`),
    )
    .toSorted();
}
