import type { TestContext } from 'node:test';
import { listen } from '@lockstep/runtime/http/server/server.ts';
import { askGraphql, type ReceivedAnswer } from '@lockstep/runtime/testing/graphql-request.ts';
import { type LogRecorder, recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { urlOf } from '@lockstep/runtime/testing/test-server.ts';
import type { SubgraphProgram } from '../define-subgraph.ts';
import type { SubgraphConfig } from '../subgraph-config.ts';
import { testLocation } from './test-location.ts';

/** A subgraph that listens. */
export interface ServedSubgraph {
  readonly url: string;
  /** Log since it listens. */
  readonly log: LogRecorder;
  ask(query: string, variables?: Record<string, unknown>): Promise<ReceivedAnswer>;
}

/** Serves a subgraph without its background work, on an empty database of its own and any free port, until the test ends. */
export async function serveSubgraph<Config extends SubgraphConfig>(
  t: TestContext,
  { readConfig, open }: SubgraphProgram<Config>,
  env: NodeJS.ProcessEnv = {},
): Promise<ServedSubgraph> {
  const log = recordLog();
  let stop = async () => {};
  t.after(() => stop()); // before the database is dropped
  const config = { ...readConfig(env), database: await testLocation(t), port: 0 };
  const subgraph = await open(config, log.logger);
  const listening = await listen(subgraph.handler, { ...config, tls: undefined });
  log.clear();
  stop = async () => {
    await listening.stop();
    await subgraph.stop();
  };
  const url = urlOf(listening.port);
  return { url, log, ask: (query, variables) => askGraphql(url, query, variables) };
}
