import type { OutgoingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { acceptedCoding } from '@lockstep/runtime/http/server/accepted-coding.ts';
import { answerText } from '@lockstep/runtime/http/server/answers.ts';
import { isKnown, weakEtag } from '@lockstep/runtime/http/server/etag.ts';
import { NO_SNIFFING, PAGE_HEADERS } from '@lockstep/runtime/http/server/security-headers.ts';
import type { Handler } from '@lockstep/runtime/http/server/server.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';

const compress = promisify(gzip);

/** Content as it is sent: each answer shares these bytes, so that slow clients hold no copies. */
interface Prepared {
  readonly plain: Buffer;
  readonly compressed: Buffer;
  readonly etag: string;
}

/** Headers of content, beside those that depend on the request. */
interface ContentHeaders {
  /** Headers of every response. */
  readonly always: OutgoingHttpHeaders;
  readonly type: string;
}

const PAGE: ContentHeaders = {
  always: { ...PAGE_HEADERS, 'cache-control': 'no-cache', vary: 'Accept, Accept-Encoding, Origin' },
  type: 'text/html; charset=utf-8',
};

/** Content for browsers, made and compressed once, for its first request, or for a later one if that fails. */
class Content {
  readonly #make: () => Promise<string | Buffer>;
  readonly #headers: ContentHeaders;
  readonly #logger: Logger;
  #prepared: Promise<Prepared> | undefined;

  constructor(make: () => Promise<string | Buffer>, headers: ContentHeaders, logger: Logger) {
    this.#make = make;
    this.#headers = headers;
    this.#logger = logger;
  }

  readonly handle: Handler = async (request, response) => {
    this.#prepared ??= this.#prepare();
    const content = await this.#prepared.catch((error) => this.#forget(error));
    if (!content) return answerText(response, 500, 'The page could not be rendered');
    const { plain, compressed, etag } = content;
    const headers = { ...this.#headers.always, etag };
    if (isKnown(request, etag)) {
      response.writeHead(304, headers).end();
      return;
    }
    const coding = acceptedCoding(request, ['gzip']);
    const body = coding ? compressed : plain;
    const ofBody = {
      ...(coding && { 'content-encoding': coding }),
      'content-type': this.#headers.type,
      'content-length': body.length,
    };
    response.writeHead(200, { ...headers, ...ofBody }).end(body);
  };

  /** Has the next request make it again: files, for example, may have been missing only for a moment. */
  #forget(error: unknown): undefined {
    this.#prepared = undefined;
    this.#logger.error({ err: error }, 'a page could not be rendered');
  }

  async #prepare(): Promise<Prepared> {
    const plain = Buffer.from(await this.#make());
    return { plain, compressed: await compress(plain), etag: weakEtag(plain) };
  }
}

/** A page for browsers. They keep it, and ask if it has changed. */
export class Page extends Content {
  constructor(render: () => Promise<string>, logger: Logger) {
    super(render, PAGE, logger);
  }
}

/** Data that a page loads. Browsers keep them, and ask if they have changed. */
export class PageData extends Content {
  constructor(render: () => Promise<string>, logger: Logger) {
    super(render, { ...PAGE, type: 'application/json; charset=utf-8' }, logger);
  }
}

/** A file that pages load. Its address changes with it, so browsers keep it and never ask again. */
export class PageFile extends Content {
  /** @param type its media type */
  constructor(read: () => Promise<Buffer>, type: string, logger: Logger) {
    const always = {
      ...NO_SNIFFING,
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'Accept-Encoding',
    };
    super(read, { always, type }, logger);
  }
}
