import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HOST, ownEnvironment, type Processes, ROOT, runToEnd } from './processes.ts';
import { wideSubgraphs } from './wide/subgraphs.ts';

/** Addresses of the subgraphs of a system, and of the collector. */
export interface SubgraphPorts {
  readonly users: number;
  readonly orders: number;
  /** Addresses in the order of {@link wideSubgraphs}. */
  readonly wide: readonly number[];
  /** Address that traces are sent to. */
  readonly collector: number;
}

export interface SupergraphFiles {
  /** File for Lockstep, in rover's format without settings. */
  readonly yaml: string;
  /** File for Lockstep with {@link USUAL_SET}. */
  readonly usualYaml: string;
  /** File for Lockstep with {@link CACHE}. */
  readonly cacheYaml: string;
  /** File for Lockstep with a tenth of all requests traced. */
  readonly tracedYaml: string;
  /** File for Lockstep with {@link OBSERVED}. */
  readonly observedYaml: string;
  /** Composed supergraph, for the other systems. */
  readonly sdl: string;
}

/** Usual settings: a deadline, retries, a circuit breaker, a forwarded header and a rate limit. Limits are on by default. */
const USUAL_SET = {
  subgraph: {
    timeout: '2s',
    retry: { max_attempts: 3, interval: '50ms', budget: 0.2 },
    circuit_breaker: { error_threshold_percentage: 50, request_threshold: 20, sleep_window: '5s' },
  },
  gateway: {
    traffic_shaping: {
      timeout: '10s',
      concurrency_limit: 1024,
      rate_limit: { capacity: 1_000_000, interval: '1s' },
    },
    headers: { request: [{ propagate: { named: 'authorization' } }] },
  },
};

/** Settings that store every answer for longer than the bench runs. */
const CACHE = { gateway: { response_cache: { enabled: true, subgraph: { all: { ttl: '1440m' } } } } };

/** Settings that count and log every request. */
const OBSERVED = {
  gateway: { telemetry: { metrics: { prometheus: '/metrics' }, logging: { format: 'json', access_log: true } } },
};

/** Writes all forms of the supergraph, the composed one with `npm run compose`. */
export async function writeSupergraph(
  processes: Processes,
  folder: string,
  name: string,
  ports: SubgraphPorts,
): Promise<SupergraphFiles> {
  const yaml = join(folder, `${name}.yaml`);
  const usualYaml = join(folder, `${name}-usual.yaml`);
  const cacheYaml = join(folder, `${name}-cache.yaml`);
  const tracedYaml = join(folder, `${name}-traced.yaml`);
  const observedYaml = join(folder, `${name}-observed.yaml`);
  const sdl = join(folder, `${name}.graphql`);
  await writeFile(yaml, toYaml(ports));
  await writeFile(usualYaml, toYaml(ports, USUAL_SET));
  await writeFile(cacheYaml, toYaml(ports, CACHE));
  await writeFile(tracedYaml, toYaml(ports, tracedTo(ports.collector)));
  await writeFile(observedYaml, toYaml(ports, OBSERVED));
  const compose = join(ROOT, 'gateway', 'src', 'compose.ts');
  await writeFile(
    sdl,
    await runToEnd(processes, 'compose', [compose], { ...ownEnvironment(ROOT), SUPERGRAPH_FILE: yaml }),
  );
  return { yaml, usualYaml, cacheYaml, tracedYaml, observedYaml, sdl };
}

/** Settings of each subgraph, and of the gateway. */
interface Settings {
  readonly subgraph?: object;
  readonly gateway?: object;
}

// JSON is valid YAML, and needs no indentation.
function toYaml({ users, orders, wide }: SubgraphPorts, settings: Settings = {}): string {
  const shop = (name: string, port: number) => ({
    routing_url: urlOf(port),
    schema: { file: join(ROOT, 'subgraphs', name, 'schema.graphql') },
    ...settings.subgraph,
  });
  const subgraphs = {
    users: shop('users', users),
    orders: shop('orders', orders),
    ...Object.fromEntries(
      wideSubgraphs.map(({ name, sdl }, index) => [
        name,
        { routing_url: wideUrlOf(wide[index] ?? 0), schema: { sdl }, ...settings.subgraph },
      ]),
    ),
  };
  return JSON.stringify({ federation_version: 2, subgraphs, gateway: settings.gateway }, undefined, 2);
}

function tracedTo(collector: number): Settings {
  const endpoint = `http://${HOST}:${collector}`;
  return { gateway: { telemetry: { tracing: { otlp: { endpoint }, sampler: 0.1 } } } };
}

/** Returns the URL of a shop's subgraph or a gateway. */
export function urlOf(port: number): string {
  return `http://${HOST}:${port}/graphql`;
}

/** Returns the URL of Apollo's standalone server, which answers at any path. */
function wideUrlOf(port: number): string {
  return `http://${HOST}:${port}/`;
}
