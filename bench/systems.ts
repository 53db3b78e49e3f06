import { join } from 'node:path';
import { answersRightly } from './ask.ts';
import { page } from './operations/shop.ts';
import { hiveGateway, installPeers } from './peers.ts';
import { freePorts, type Processes, ROOT, type Running, untilIt } from './processes.ts';
import { OWN, type Shop, startShop } from './shops.ts';
import { urlOf } from './supergraph.ts';
import { wideSubgraphs } from './wide/subgraphs.ts';

export const SYSTEM_NAMES = ['lockstep', 'stock gateway', 'all stock', 'floor', 'hive', 'hive rust'] as const;
export type SystemName = (typeof SYSTEM_NAMES)[number];

/** A gateway that is measured, and what stands behind it. */
export interface System {
  readonly name: SystemName;
  readonly url: string;
  readonly gateway: Running;
  /** Who answers, beside the gateway, for each graph. The floor has no wide one; all stock's is the stock gateway's. */
  readonly subgraphs: { readonly shop: readonly Running[]; readonly wide?: readonly Running[] };
  /** Starts its gateway once more, beside the first. */
  startAnother(): Promise<StartedGateway>;
}

export interface StartedGateway {
  readonly gateway: Running;
  readonly url: string;
  /** From the start of the process to its first right answer. */
  readonly startMs: number;
}

/** Starts every system, with its data in `folder`, and checks that each answers. */
export async function startSystems(processes: Processes, folder: string, withPeers: boolean): Promise<System[]> {
  if (withPeers) await installPeers(processes.stopping);
  const widePorts = await freePorts(wideSubgraphs.length);
  const wide = processes.start('wide', [join(import.meta.dirname, 'wide', 'main.ts'), ...widePorts.map(String)]);
  const [lockstep, stock] = await Promise.all([
    startShop(processes, folder, 'lockstep', widePorts),
    startShop(processes, folder, 'stock', widePorts),
  ]);
  const names = SYSTEM_NAMES.filter((name) => withPeers || !name.startsWith('hive'));
  return Promise.all(
    names.map(async (name) => {
      const shop = name === 'all stock' ? stock : lockstep;
      const hasWide = name !== 'floor' && name !== 'all stock';
      const startAnother = () => startGateway(name, processes, shop);
      const { gateway, url } = await startAnother();
      const subgraphs = { shop: shop.processes, ...(hasWide && { wide: [wide] }) };
      return { name, url, gateway, subgraphs, startAnother };
    }),
  );
}

async function startGateway(name: SystemName, processes: Processes, shop: Shop): Promise<StartedGateway> {
  const [port = 0] = await freePorts(1);
  const url = urlOf(port);
  const startedAt = performance.now();
  const gateway = spawnGateway(name, processes, shop, String(port));
  const startMs = await untilIt(gateway, () => answersRightly(url, page), startedAt);
  return { gateway, url, startMs };
}

function spawnGateway(name: SystemName, processes: Processes, { files, ports }: Shop, port: string): Running {
  const { sdl, yaml } = files;
  switch (name) {
    case 'lockstep': {
      const main = join(ROOT, 'gateway', 'src', 'main.ts');
      return processes.start(name, [main], { ...OWN, GATEWAY_PORT: port, SUPERGRAPH_FILE: yaml });
    }
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
