import type { IncomingHttpHeaders } from 'node:http';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

const HOST = '127.0.0.1';

const PADDING = '{"kty":"EC"},'.repeat(10_000);

interface SigningKey {
  readonly id: string;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

/** Signs tokens, and publishes its keys over HTTP as identity providers do. */
export class TokenIssuer {
  /** Value of `iss` in its tokens. */
  readonly name: string;
  /** The headers of each request for the keys. */
  readonly requests: IncomingHttpHeaders[] = [];
  /** True while its endpoint fails. */
  isFailing = false;
  /** True while its endpoint accepts requests and never answers. */
  isHanging = false;
  readonly #keys: SigningKey[] = [];
  readonly #server: Server;
  #port = 0;
  #endless: PromiseWithResolvers<number> | undefined;

  constructor(name = 'https://issuer.example') {
    this.name = name;
    this.#server = createServer(this.#answer);
  }

  /** URL of the keys, once it listens. */
  get url(): string {
    return `http://${HOST}:${this.#port}/jwks.json`;
  }

  /** @param port what its address is to be; by default one that is free */
  async listen(port = this.#port): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, HOST, resolve));
    const address = this.#server.address();
    if (typeof address === 'object' && address) this.#port = address.port;
    return this;
  }

  /** Its endpoint is down until it listens again. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  /** Answers without end from now on. Resolves with the bytes that were sent, before compression, once a client has left. */
  sendEndlessly(): Promise<number> {
    this.#endless = Promise.withResolvers();
    return this.#endless.promise;
  }

  /** Publishes a key, and signs with it from now on. */
  async addKey(id: string, algorithm = 'ES256'): Promise<this> {
    this.#keys.push({ id, algorithm, ...(await generateKeyPair(algorithm, { extractable: true })) });
    return this;
  }

  /** Publishes a key no longer. */
  removeKey(id: string): void {
    const index = this.#keys.findIndex((key) => key.id === id);
    if (index !== -1) this.#keys.splice(index, 1);
  }

  /**
   * Signs a token that is valid for a minute, unless the claims say otherwise.
   *
   * @param keyId `kid` in its header
   * @param lifetimeS Infinity for a token without `exp`
   */
  sign(claims: JWTPayload = {}, keyId: string | undefined = this.#newest.id, lifetimeS = 60): Promise<string> {
    const { algorithm: alg, privateKey } = this.#newest;
    const now = Math.floor(Date.now() / 1000);
    const exp = lifetimeS < Number.POSITIVE_INFINITY ? { exp: now + lifetimeS } : {};
    const payload = { iss: this.name, iat: now, ...exp, ...claims };
    return new SignJWT(payload).setProtectedHeader({ alg, ...(keyId !== '' && { kid: keyId }) }).sign(privateKey);
  }

  /** Resolves with the newest public key as PEM. */
  publicPem(): Promise<string> {
    return exportSPKI(this.#newest.publicKey);
  }

  get #newest(): SigningKey {
    const key = this.#keys.at(-1);
    if (!key) throw new Error('an issuer without a key');
    return key;
  }

  readonly #answer: RequestListener = async (request, response) => {
    this.requests.push(request.headers);
    if (this.isHanging) return;
    if (this.isFailing) {
      response.writeHead(500).end('the database of keys at db.internal is down');
      return;
    }
    if (this.#endless) return this.#answerEndlessly(response, this.#endless);
    const keys = await Promise.all(this.#keys.map(toJwk));
    response.writeHead(200, { 'content-type': 'application/jwk-set+json' }).end(JSON.stringify({ keys }));
  };

  async #answerEndlessly(response: ServerResponse, left: PromiseWithResolvers<number>): Promise<void> {
    let bytes = 0;
    function* keys() {
      for (yield '{"keys":['; ; bytes += PADDING.length) yield PADDING;
    }
    response.writeHead(200, { 'content-type': 'application/jwk-set+json', 'content-encoding': 'gzip' });
    await pipeline(keys, createGzip(), response).catch(() => {}); // the client has left
    left.resolve(bytes);
  }
}

async function toJwk({ id, algorithm, publicKey }: SigningKey): Promise<JWK> {
  return { ...(await exportJWK(publicKey)), kid: id, alg: algorithm, use: 'sig' };
}
