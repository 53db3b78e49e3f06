import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { OperationTrace } from './operation-trace.ts';

/** What came of a request: `refused` before GraphQL saw it; `abandoned` by its client before it had its answer. */
export type RequestOutcome = 'ok' | 'partial' | 'error' | 'refused' | 'abandoned' | 'page';

/** A client may name a request, so that it is found in its own logs too. */
const SAFE_ID = /^[\w.:-]{1,128}$/;

/** Characters of an operation's name that are told: a client may send one of a megabyte. */
const MAX_NAME = 128;

/** Codes of errors that are told apart. */
const MAX_CODES = 10;

/** What is known of one request, from its arrival on. */
export class RequestRecord {
  /** By `performance.now()`. */
  readonly startedAt = performance.now();
  /** What the socket had sent when it came. */
  readonly bytesBefore: number;
  readonly request: IncomingMessage;
  /** Its address: a socket that is closed has none. */
  readonly client: string | undefined;
  readonly trace: OperationTrace | undefined;
  operationName: string | undefined;
  operationType: string | undefined;
  /** How many errors there are of each code. */
  errorCodes: Record<string, number> | undefined;
  /** Undefined where GraphQL gave no answer. */
  answered: 'ok' | 'partial' | 'error' | undefined;

  constructor(request: IncomingMessage, trace: OperationTrace | undefined) {
    this.request = request;
    this.trace = trace;
    this.client = request.socket.remoteAddress;
    this.bytesBefore = request.socket.bytesWritten;
  }

  /** The client's `x-request-id`, where it has one that can be logged, or one of its own. */
  get id(): string {
    const given = this.request.headers['x-request-id'];
    return typeof given === 'string' && SAFE_ID.test(given) ? given : randomUUID();
  }

  noteOperation(type: string, name: string | undefined): void {
    this.operationType = type;
    this.operationName = name?.slice(0, MAX_NAME);
  }

  noteAnswer(data: unknown, errors: readonly { readonly extensions?: Readonly<Record<string, unknown>> }[]): void {
    if (errors.length === 0) {
      this.answered = 'ok';
      return;
    }
    this.answered = data === undefined || data === null ? 'error' : 'partial';
    const counts = new Map<string, number>();
    for (const { extensions } of errors) {
      const given = String(extensions?.code ?? 'none').slice(0, MAX_NAME);
      const code = counts.has(given) || counts.size < MAX_CODES ? given : 'others';
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
    this.errorCodes = Object.fromEntries(counts);
  }
}
