import { hash } from 'node:crypto';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { graphiqlFiles } from './graphiql-files.ts';
import { Page } from './page.ts';
import { ownFiles } from './page-folder.ts';
import { PLAN_VIEW } from './plan-view.ts';

/** The last page: for one graph they are all the same. */
let last: { readonly options: string; readonly page: Page } | undefined;

/**
 * Returns the page of GraphiQL, which loads everything from this server.
 *
 * @see [Why ruru's GraphiQL](../../../../docs/decisions/graphiql.md)
 */
export function graphiqlPage(endpoint: string, query: string, logger: Logger): Page {
  const options = { endpoint, defaultQuery: query, debugTools: [] };
  const text = JSON.stringify(options).replaceAll('<', '\\u003c');
  if (last?.options !== text)
    last = {
      options: text,
      page: new Page(async () => render(text, graphiqlFiles(logger).folder, ownFiles(logger).folder), logger),
    };
  return last.page;
}

/** Style of the page. On phones the editors stand above the answer, because half a phone's width is too narrow for either. */
const STYLE = `
      @media (max-width: 700px) {
        #graphiql-session { flex-direction: column !important; }
        #graphiql-session > .graphiql-horizontal-drag-bar { display: none; }
        .graphiql-container .graphiql-plugin { min-width: 0 !important; }
      }
    `;

/** Sets the page up as ruru's own, without its fallback to unpkg.com: https://grafast.org/ruru/html */
function render(options: string, folder: string, own: string): string {
  const workers = `
      self.MonacoEnvironment = {
        getWorker: (_module, label) =>
          new Worker('${folder}' + ({ json: 'json', graphql: 'graphql' }[label] ?? 'editor') + 'Worker.js', { type: 'module' }),
      };
    `;
  const start = `
      import { planFetcher } from "${own}plan-view.js";
      const options = ${options};
      const fetcher = planFetcher(options.endpoint);
      const { React, createRoot, Ruru } = await import("${folder}ruru.js");
      createRoot(document.querySelector('#root')).render(React.createElement(Ruru, { ...options, fetcher }));
    `;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="content-security-policy" content="${policyFor([workers, start])}">
    <title>GraphiQL</title>
    <link rel="icon" href="data:,">
    <link rel="modulepreload" href="${folder}ruru.js">
    <link rel="stylesheet" href="${folder}ruru.css">
    <link rel="stylesheet" href="${own}plan-view.css">
    <style>${STYLE}</style>
  </head>
  <body>
    <noscript>GraphiQL is a page of scripts.</noscript>
    <div id="root"></div>
    ${PLAN_VIEW}
    <script>${workers}</script>
    <script type="module">${start}</script>
  </body>
</html>
`;
}

/** Returns a policy that runs these scripts and those of this server, and lets them call this server only. */
function policyFor(scripts: readonly string[]): string {
  const hashes = scripts.map((script) => `'sha256-${hash('sha256', script, 'base64')}'`);
  return [
    "default-src 'none'",
    `script-src 'self' ${hashes.join(' ')}`,
    "worker-src 'self'",
    "style-src 'self' 'unsafe-inline'", // the editor makes its styles as it goes
    "font-src 'self' data:",
    'img-src data:',
    "connect-src 'self'",
  ].join('; ');
}
