import type { IncomingMessage } from 'node:http';
import { requestIdOf } from '../http/request-id.ts';
import type { RequestScope } from '../request-scope.ts';
import type { RequestTrace } from './call-trace.ts';

/** Maximum length of an operation's name: a client may send one of a megabyte. */
export const MAX_NAME = 128;

/** Maximum number of error codes that are counted apart. */
const MAX_CODES = 10;

/** Record that telemetry keeps of one request, from its arrival on. */
export class ObservedRequest<Trace extends RequestTrace = RequestTrace> implements RequestScope {
  /** Arrival, by `performance.now()`. */
  readonly startedAt = performance.now();
  readonly request: IncomingMessage;
  readonly id: string;
  readonly trace: Trace | undefined;
  operationName: string | undefined;
  operationType: string | undefined;
  /** Number of errors of each code. */
  errorCodes: Record<string, number> | undefined;
  /** Undefined if GraphQL gave no answer. */
  answered: 'ok' | 'partial' | 'error' | undefined;

  constructor(request: IncomingMessage, trace: Trace | undefined) {
    this.request = request;
    this.trace = trace;
    this.id = requestIdOf(request);
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
