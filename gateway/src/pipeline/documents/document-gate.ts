import { createHash } from 'node:crypto';
import { ByteCache } from '@lockstep/runtime/caching/byte-cache.ts';
import { shareOfHeap } from '@lockstep/runtime/caching/heap-bytes.ts';
import { checkDocument } from '@lockstep/runtime/graphql/document-check.ts';
import type { LimitViolation } from '@lockstep/runtime/graphql/limits.ts';
import type { GraphQLParams } from '@lockstep/runtime/http/server/graphql.ts';
import {
  extensionsOf,
  parametersOf,
  type RequestParameters,
} from '@lockstep/runtime/http/server/request-parameters.ts';
import { isRecord } from '@lockstep/runtime/json-record.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { RefusedRequestError } from '@lockstep/runtime/refused-request-error.ts';
import type { DocumentNode } from 'graphql';
import type { GatewaySettings } from '../../configuration/settings-schema.ts';
import type { RejectionCounts } from '../../telemetry/rejection-counts.ts';
import { persistedId, withQuery } from './persisted-id.ts';
import { PersistedOperations } from './persisted-operations.ts';
import type { ValidatedDocuments } from './validated-documents.ts';

type GateSettings = Pick<GatewaySettings, 'limits' | 'apq' | 'persistedQueries'>;

interface GateParts {
  /** True if clients may introspect the schema: then a safelist doesn't stop them. */
  readonly introspection: boolean;
  readonly logger: Logger;
  readonly refusals: RejectionCounts;
  /** Takes the documents that pass. */
  readonly validated: Pick<ValidatedDocuments, 'add'>;
}

/** The limit that a document which may be run exceeds, if limits only warn. */
type Passed = LimitViolation | 'nothing';

/** Checks a document that is within the limits; undefined if its text is none. */
type FurtherCheck = (document: DocumentNode | undefined) => void;

/** Bound of the documents that passed, of which the text is kept. */
const MAX_BYTES = shareOfHeap(1 / 128);

/**
 * Checks documents before Apollo Server sees them: that they may be sent, and are within the limits. That comes before
 * validation, which a small document can make take for ever. Each distinct document is checked once, and parsed for all
 * that need it.
 */
export class DocumentGate {
  readonly #settings: GateSettings;
  readonly #parts: GateParts;
  readonly #operations: PersistedOperations | undefined;
  readonly #passed = new ByteCache<Passed>(MAX_BYTES);

  constructor(settings: GateSettings, parts: GateParts) {
    const { operations, safelist, logUnknown } = settings.persistedQueries;
    const isUsed = operations.length > 0 || safelist !== undefined || logUnknown;
    this.#settings = settings;
    this.#parts = parts;
    this.#operations = isUsed ? new PersistedOperations(settings.persistedQueries, parts) : undefined;
  }

  /**
   * Returns the request to run: with its document in it, if it came with the id of a known one.
   *
   * @throws {RefusedRequestError} if it may not be run
   */
  check(request: GraphQLParams): GraphQLParams {
    try {
      const parameters = parametersOf(request);
      const text = parameters.get('query');
      if (typeof text !== 'string' || text === '') return this.#checkId(request, parameters, text);
      this.#checkSent(text, parameters);
      return request;
    } catch (error) {
      if (error instanceof RefusedRequestError) this.#count(error);
      throw error;
    }
  }

  /** Returns true if the text of a document may be run that no client has sent to this process. */
  admits(text: string): boolean {
    try {
      this.#checkNew(text);
      return true;
    } catch (error) {
      if (error instanceof RefusedRequestError) return false;
      throw error;
    }
  }

  /** @param given stands in the document's place: nothing, an empty one, or no text */
  #checkId(request: GraphQLParams, parameters: RequestParameters, given: unknown): GraphQLParams {
    const id = this.#operations && persistedId(parameters);
    const text = id && this.#operations?.documentOf(id);
    if (text === undefined) {
      if (this.#settings.apq.enabled && parameters.get('extensions')) checkHash(given, parameters);
      return request;
    }
    this.#checkText(text, () => {});
    return withQuery(request, text);
  }

  #checkSent(text: string, parameters: RequestParameters): void {
    if (this.#settings.apq.enabled && parameters.get('extensions')) checkHash(text, parameters);
    this.#checkNew(text);
  }

  #checkNew(text: string): void {
    this.#operations?.checkIdRequired(text);
    this.#checkText(text, (document) => this.#operations?.checkKnown(text, document));
  }

  #checkText(text: string, further: FurtherCheck): void {
    const passed = this.#passed.get(text) ?? this.#look(text, further);
    if (passed !== 'nothing') this.#parts.refusals.add(passed.limit, 'passed');
  }

  #look(text: string, further: FurtherCheck): Passed {
    const { document, violation } = checkDocument(text, this.#settings.limits);
    further(document);
    if (document) this.#parts.validated.add(text, document);
    if (violation)
      this.#parts.logger.warn(violation, 'an operation is over a limit, and passes: limits.warn_only is on');
    const passed = violation ?? 'nothing';
    this.#passed.set(text, passed, 0);
    return passed;
  }

  #count({ code, extensions: { limit, rule } }: RefusedRequestError): void {
    this.#parts.refusals.add(String(limit ?? rule ?? code), 'refused');
  }
}

/**
 * Checks the hash of an automatic persisted query, because Apollo Server refuses a wrong one without a code.
 *
 * @param text the document, if one came with the hash; an empty one too
 * @throws {RefusedRequestError}
 */
function checkHash(text: unknown, parameters: RequestParameters): void {
  const { persistedQuery } = extensionsOf(parameters) ?? {};
  if (!persistedQuery) return;
  const { version, sha256Hash } = isRecord(persistedQuery) ? persistedQuery : {};
  if (version !== 1 || typeof sha256Hash !== 'string') {
    throw wrongHash('extensions.persistedQuery has to be an object of version, which is 1, and sha256Hash, a string.');
  }
  if (typeof text !== 'string' || sha256Hash === createHash('sha256').update(text).digest('hex')) return;
  throw wrongHash("extensions.persistedQuery.sha256Hash isn't the SHA-256 of the document.");
}

function wrongHash(message: string): RefusedRequestError {
  return new RefusedRequestError(400, 'BAD_USER_INPUT', message);
}
