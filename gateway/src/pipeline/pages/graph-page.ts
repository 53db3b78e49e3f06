import { NO_SNIFFING } from '@lockstep/runtime/http/server/security-headers.ts';
import type { Handler } from '@lockstep/runtime/http/server/server.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { GRAPH_PAGE_PATH, GRAPHIQL_PATH } from '../../configuration/sections/endpoint.ts';
import type { SubgraphState } from '../../supergraph/callers.ts';
import type { ChangeLog } from '../../supergraph/change-log.ts';
import type { LoadedSupergraph } from '../../supergraph/loaded-supergraph.ts';
import { graphData } from './graph-data.ts';
import { Page, PageData } from './page.ts';
import { ownFiles } from './page-folder.ts';

/** Graph that the page shows. */
export interface ShownGraph {
  readonly supergraph: Pick<LoadedSupergraph, 'sdl' | 'operations' | 'probe'>;
  /** Undefined if nobody notes them. */
  readonly changes?: ChangeLog | undefined;
}

/** Time for which the states of subgraphs are told to all who ask, however often. */
const PROBED_MS = 2000;

/** Routes the page of the graph and its data: types with their owners, and the states of the subgraphs. */
export function graphPageRoutes({ supergraph, changes }: ShownGraph, logger: Logger): Record<string, Handler> {
  const { sdl, operations } = supergraph;
  const types = async () => JSON.stringify(graphData(sdl, operations.planner.apiSchema));
  return {
    [GRAPH_PAGE_PATH]: new Page(async () => render(ownFiles(logger).folder), logger).handle,
    [`${GRAPH_PAGE_PATH}/types`]: new PageData(types, logger).handle,
    [`${GRAPH_PAGE_PATH}/status`]: status(supergraph, changes),
  };
}

/** Answers with the states of the subgraphs, which are asked no more often than {@link PROBED_MS}, and the last changes. */
function status(supergraph: ShownGraph['supergraph'], changes: ChangeLog | undefined): Handler {
  let asked: { readonly states: Promise<SubgraphState[]>; readonly at: number } | undefined;
  return async (_request, response) => {
    if (!asked || performance.now() - asked.at > PROBED_MS)
      asked = { states: supergraph.probe(), at: performance.now() };
    const body = JSON.stringify({ subgraphs: await asked.states, changes: changes?.list ?? [] });
    const headers = { ...NO_SNIFFING, 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
    response.writeHead(200, headers).end(body);
  };
}

/** Scripts, styles and data of this server only. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:";

function render(own: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="content-security-policy" content="${POLICY}">
    <title>Graph</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="${own}graph-page.css">
    <script type="module" src="${own}graph-page.js"></script>
  </head>
  <body data-path="${GRAPH_PAGE_PATH}">
    <header><h1>Graph</h1><a href="${GRAPHIQL_PATH}">GraphiQL</a></header>
    <noscript>The graph is shown by a script.</noscript>
    <main>
      <section aria-labelledby="subgraphs-title">
        <h2 id="subgraphs-title">Subgraphs</h2>
        <ul id="subgraphs" aria-live="polite"></ul>
        <h2>Changes</h2>
        <p id="no-changes">None since this process started.</p>
        <ol id="changes"></ol>
      </section>
      <section aria-labelledby="types-title">
        <h2 id="types-title">Types and fields</h2>
        <form role="search">
          <label>Search <input id="search" type="search" autocomplete="off" placeholder="type or field; press /"></label>
          <label>Owner <select id="owner"><option value="">any</option></select></label>
        </form>
        <p id="count" role="status"></p>
        <div id="types"></div>
      </section>
    </main>
  </body>
</html>
`;
}
