import { hash } from 'node:crypto';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { Page } from './page.ts';

/** The last page: for one graph they are all the same. */
let last: { readonly options: string; readonly page: Page } | undefined;

/** Returns GraphiQL, whole in one page that loads nothing. */
export function graphiqlPage(endpoint: string, query: string, logger: Logger): Page {
  const options = JSON.stringify({ title: 'GraphiQL', endpoint, defaultQuery: query }).replaceAll('<', '\\u003c');
  if (last?.options !== options) last = { options, page: new Page(() => render(options), logger) };
  return last.page;
}

/** Puts the package's parts together as its own function does, which comes with the types of another server. */
async function render(options: string): Promise<string> {
  // 9 MB that hardly any process needs
  const graphiql = await import('@graphql-yoga/render-graphiql/graphiql');
  const worker = (source: string) =>
    `URL.createObjectURL(new Blob([${JSON.stringify(source)}], { type: 'application/javascript' }))`;
  const script = `
      const workers = {
        editorWorkerService: ${worker(graphiql.editorWorkerService)},
        json: ${worker(graphiql.jsonWorker)},
        graphql: ${worker(graphiql.graphqlWorker)},
      };
      self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_module, label) => workers[label] };
      ${graphiql.js};
      YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), ${options});
    `;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="content-security-policy" content="${policyFor(script)}">
    <title>GraphiQL</title>
    <link rel="icon" href="${graphiql.favicon}">
    <style>${graphiql.css}</style>
  </head>
  <body class="no-focus-outline">
    <noscript>GraphiQL is a page of scripts.</noscript>
    <div id="root"></div>
    <script>${script}</script>
  </body>
</html>
`;
}

/** Returns a policy that runs this script, its workers and nothing else, and lets it call this server only. */
function policyFor(script: string): string {
  return [
    "default-src 'none'",
    `script-src 'sha256-${hash('sha256', script, 'base64')}'`,
    'worker-src blob:',
    "style-src 'unsafe-inline'", // the editor makes its styles as it goes
    'font-src data:',
    'img-src data:',
    "connect-src 'self'",
  ].join('; ');
}
