import { hash } from 'node:crypto';
import type { PrivateId } from '../../configuration/sections/response-cache.ts';
import type { FetchRequest } from '../../execution/fetching/fetch-request.ts';
import type { CallContext, CallOperation } from '../call-context.ts';

/** Keys of what one request asks for. Equal keys mean that the subgraph can't tell the requests apart. */
export class CacheKeys {
  readonly #public: string;
  /** Undefined if the client has no id, or private data are not stored. */
  readonly #private: string | undefined;
  readonly #representations: readonly string[] | undefined;

  /**
   * @param origin of the subgraph: whatever is the same for all its calls, but not for those of another
   * @param owner id of the client, under which private data are stored
   */
  constructor(
    origin: string,
    { headers }: Pick<CallContext, 'headers'>,
    request: FetchRequest,
    owner: string | undefined,
  ) {
    const identity = request.representations ? request.toIdentityOfAnyEntities() : request.toIdentity();
    const scope = JSON.stringify([origin, request.representations !== undefined, headers.identity, identity]);
    this.#public = digest(scope);
    this.#private = owner === undefined ? undefined : digest(JSON.stringify([scope, owner]));
    this.#representations = request.representations;
  }

  /** Equal for requests that differ in nothing but entities and private owners. */
  get scope(): string {
    return this.#public;
  }

  /** Returns the key of an entity, or of the whole answer of a root fetch, for anybody. */
  publicKey(index: number): string {
    return this.#keyIn(this.#public, index);
  }

  /** Returns its key for its owner; undefined if there is none. */
  privateKey(index: number): string | undefined {
    return this.#private === undefined ? undefined : this.#keyIn(this.#private, index);
  }

  /** Returns all keys under which it may be stored. */
  allOf(index: number): string[] {
    const privateKey = this.privateKey(index);
    return privateKey === undefined ? [this.publicKey(index)] : [this.publicKey(index), privateKey];
  }

  #keyIn(scope: string, index: number): string {
    return this.#representations ? `${scope} ${this.#representations[index]}` : scope;
  }
}

/** Returns the id of a client; undefined if it has none. */
export function ownerOf(privateId: PrivateId | undefined, { claims, headers }: CallOperation): string | undefined {
  const { claim, header } = privateId ?? {};
  const value = claim === undefined ? ownValue(headers, header) : ownValue(claims, claim);
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? JSON.stringify(value) : undefined;
}

function ownValue(values: object | undefined, name: string | undefined): unknown {
  return values && name !== undefined && Object.hasOwn(values, name) ? Reflect.get(values, name) : undefined;
}

function digest(text: string): string {
  return hash('sha256', text, 'base64url');
}
