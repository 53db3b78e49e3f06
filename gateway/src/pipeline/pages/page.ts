import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { answerText } from '@lockstep/runtime/http/server/answers.ts';
import { PAGE_HEADERS } from '@lockstep/runtime/http/server/security-headers.ts';
import type { Handler } from '@lockstep/runtime/http/server/server.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';

const compress = promisify(gzip);

/** A page as it is sent: each answer shares these bytes, so that slow clients hold no copies. */
interface RenderedPage {
  readonly html: Buffer;
  readonly compressed: Buffer;
  readonly etag: string;
}

/**
 * A page for browsers, rendered and compressed once, for its first request, or for a later one if that fails. Browsers keep it,
 * and ask if it has changed.
 */
export class Page {
  readonly #render: () => Promise<string>;
  readonly #logger: Logger;
  #rendered: Promise<RenderedPage> | undefined;

  constructor(render: () => Promise<string>, logger: Logger) {
    this.#render = render;
    this.#logger = logger;
  }

  readonly handle: Handler = async (request, response) => {
    this.#rendered ??= this.#prepare();
    const page = await this.#rendered.catch((error) => this.#forget(error));
    if (!page) return answerText(response, 500, 'The page could not be rendered');
    const { html, compressed, etag } = page;
    const headers = { ...PAGE_HEADERS, 'cache-control': 'no-cache', etag, vary: 'Accept, Accept-Encoding, Origin' };
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, headers).end();
      return;
    }
    const encoding = acceptsGzip(request) ? { 'content-encoding': 'gzip' } : {};
    const body = acceptsGzip(request) ? compressed : html;
    const ofBody = { ...encoding, 'content-type': 'text/html; charset=utf-8', 'content-length': body.length };
    response.writeHead(200, { ...headers, ...ofBody }).end(body);
  };

  /** Has the next request render the page again: files, for example, may have been missing only for a moment. */
  #forget(error: unknown): undefined {
    this.#rendered = undefined;
    this.#logger.error({ err: error }, 'a page could not be rendered');
  }

  async #prepare(): Promise<RenderedPage> {
    const html = Buffer.from(await this.#render());
    // Weak, because both encodings have it: https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3
    const etag = `W/"${createHash('sha256').update(html).digest('base64url')}"`;
    return { html, compressed: await compress(html), etag };
  }
}

function acceptsGzip({ headers }: IncomingMessage): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(String(headers['accept-encoding'] ?? ''));
}
