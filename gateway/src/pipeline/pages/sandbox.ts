import type { GraphQLServerContext } from '@apollo/server';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { GRAPHIQL_PATH } from '../../configuration/sections/endpoint.ts';
import { Page } from './page.ts';

/** Apollo Server's own words for somebody without internet, which its page shows until Sandbox has been loaded. */
const FALLBACK = /<div class="fallback">.*?<\/div>/s;

/** Sandbox's empty place, which covers the page before Sandbox is in it, and so the link too. */
const EMPTY_PLACE = '#embeddableSandbox:empty { display: none; }';

/**
 * Returns Apollo Sandbox, which is loaded from the internet. Its scripts' nonce stays the same, as all of the page does.
 *
 * @param withGraphiql if GraphiQL is served, to which the page points while it can't load Sandbox
 */
export async function sandboxPage(
  service: GraphQLServerContext,
  document: string,
  withGraphiql: boolean,
  logger: Logger,
): Promise<Page> {
  const plugin = ApolloServerPluginLandingPageLocalDefault({ document, embed: { runTelemetry: false } });
  const listener = await plugin.serverWillStart?.(service);
  const { html = '' } = (await listener?.renderLandingPage?.()) ?? {};
  return new Page(async () => {
    const page = typeof html === 'string' ? html : await html();
    return page
      .replace('<title>Apollo Server</title>', '<title>Apollo Sandbox</title>')
      .replace(FALLBACK, () => withoutInternet(withGraphiql))
      .replace('.fallback {', `${EMPTY_PLACE}\n        .fallback {`);
  }, logger);
}

function withoutInternet(withGraphiql: boolean): string {
  const instead = withGraphiql
    ? `Use <a href="${GRAPHIQL_PATH}">GraphiQL</a> instead: this gateway serves all of it.`
    : 'This gateway can serve GraphiQL instead: set <code>gateway.landing_page</code> to <code>true</code>.';
  return `<div class="fallback">
  <h1>Apollo Sandbox is loading</h1>
  <p>It comes from the internet. If it doesn't appear, you are probably offline. ${instead}</p>
</div>`;
}
