import { join } from 'node:path';
import { answersRightly, ask } from './ask.ts';
import { bodyOf } from './operations/operation.ts';
import { page } from './operations/shop.ts';
import type { Options } from './options.ts';
import { hiveGateway, installPeers } from './peers.ts';
import { freePorts, ownEnvironment, type Processes, ROOT, type Running, untilIt } from './processes.ts';
import { type Shop, startShop } from './shops.ts';
import { urlOf } from './supergraph.ts';
import { wideSubgraphs } from './wide/subgraphs.ts';

export const SYSTEM_NAMES = [
  'lockstep',
  'usual set',
  'warm cache',
  'traced',
  'observed',
  'before',
  'stock gateway',
  'all stock',
  'floor',
  'hive',
  'hive rust',
] as const;
export type SystemName = (typeof SYSTEM_NAMES)[number];

/** Systems that are measured with `page` alone. */
const PAGE_ONLY: readonly SystemName[] = ['warm cache', 'traced', 'observed'];

/** Systems to measure besides those that always are. */
type Extras = Pick<Options, 'peers' | 'before'>;

/** A measured gateway and the processes behind it. */
export interface System {
  readonly name: SystemName;
  readonly url: string;
  readonly gateway: Running;
  /** Processes behind the gateway for each graph. The floor has no wide graph, and all-stock shares the stock gateway's. */
  readonly subgraphs: { readonly shop: readonly Running[]; readonly wide?: readonly Running[] };
  /** Name of the only operation that it is measured with; undefined for all. */
  readonly only?: string;
  /** Starts another process of its gateway. */
  startAnother(): Promise<StartedGateway>;
}

export interface StartedGateway {
  readonly gateway: Running;
  readonly url: string;
  /** Time from the start of the process to its first right answer. */
  readonly startMs: number;
}

/** Starts every system with its data in `folder`, and checks that each answers. */
export async function startSystems(processes: Processes, folder: string, extras: Extras): Promise<System[]> {
  if (extras.peers) await installPeers(processes.stopping);
  const [collectorPort = 0, ...widePorts] = await freePorts(1 + wideSubgraphs.length);
  processes.start('collector', [join(import.meta.dirname, 'collector.ts'), String(collectorPort)]);
  const wide = processes.start('wide', [join(import.meta.dirname, 'wide', 'main.ts'), ...widePorts.map(String)]);
  const [lockstep, stock] = await Promise.all([
    startShop(processes, folder, 'lockstep', { wide: widePorts, collector: collectorPort }),
    startShop(processes, folder, 'stock', { wide: widePorts, collector: collectorPort }),
  ]);
  const names = SYSTEM_NAMES.filter((name) => isAskedFor(name, extras));
  return Promise.all(
    names.map(async (name) => {
      const shop = name === 'all stock' ? stock : lockstep;
      const hasWide = name !== 'floor' && name !== 'all stock';
      const startAnother = () => startGateway(name, processes, shop, extras);
      const { gateway, url } = await startAnother();
      if (name === 'warm cache') await warmUp(url);
      const subgraphs = { shop: shop.processes, ...(hasWide && { wide: [wide] }) };
      return { name, url, gateway, subgraphs, ...(PAGE_ONLY.includes(name) && { only: page.name }), startAnother };
    }),
  );
}

/** Asks for every page once, so that all of them are stored. */
async function warmUp(url: string): Promise<void> {
  for (let key = 0; key < page.keys; key += 1) await ask(url, bodyOf(page, key));
}

function isAskedFor(name: SystemName, { peers, before }: Extras): boolean {
  if (name === 'before') return before !== undefined;
  return peers || !name.startsWith('hive');
}

async function startGateway(
  name: SystemName,
  processes: Processes,
  shop: Shop,
  { before }: Extras,
): Promise<StartedGateway> {
  const [port = 0] = await freePorts(1);
  const url = urlOf(port);
  const startedAt = performance.now();
  const gateway = spawnGateway(name, processes, shop, String(port), before ?? ROOT);
  const startMs = await untilIt(gateway, () => answersRightly(url, page), startedAt);
  return { gateway, url, startMs };
}

function spawnGateway(
  name: SystemName,
  processes: Processes,
  { files, ports }: Shop,
  port: string,
  before: string,
): Running {
  const { sdl, yaml, usualYaml, cacheYaml, tracedYaml, observedYaml } = files;
  const ofProject = (root: string, file: string, env = {}) =>
    processes.start(name, [join(root, 'gateway', 'src', 'main.ts')], {
      ...ownEnvironment(root),
      GATEWAY_PORT: port,
      SUPERGRAPH_FILE: file,
      ...env,
    });
  switch (name) {
    case 'lockstep':
      return ofProject(ROOT, yaml);
    case 'usual set':
      return ofProject(ROOT, usualYaml);
    case 'warm cache':
      return ofProject(ROOT, cacheYaml);
    case 'traced':
      return ofProject(ROOT, tracedYaml);
    case 'observed':
      return ofProject(ROOT, observedYaml, { LOG_LEVEL: 'info' }); // that of access lines
    case 'before':
      return ofProject(before, yaml);
    case 'stock gateway':
    case 'all stock':
      return processes.start(name, [join(import.meta.dirname, 'stock', 'gateway.ts'), port, sdl]);
    case 'floor': {
      const main = join(import.meta.dirname, 'floor', 'main.ts');
      return processes.start(name, [main, port, urlOf(ports.users), urlOf(ports.orders)]);
    }
    case 'hive':
    case 'hive rust': {
      const { args, cwd } = hiveGateway(port, sdl, name === 'hive rust' ? 'rust' : 'default');
      return processes.start(name, args, {}, { cwd });
    }
  }
}
