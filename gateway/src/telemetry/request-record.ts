import { ObservedRequest } from '@lockstep/runtime/telemetry/observed-request.ts';
import type { OperationTrace } from './operation-trace.ts';
import type { ExecutedOperation } from './usage/field-usage.ts';

/** Telemetry of one request, from its arrival on. */
export class RequestRecord extends ObservedRequest<OperationTrace> {
  executed: ExecutedOperation | undefined;
  variables: Readonly<Record<string, unknown>> | undefined;

  /** Notes the operation once it is executed, whatever comes of it. */
  noteExecution(operation: ExecutedOperation, variables: Readonly<Record<string, unknown>> | undefined): void {
    this.executed = operation;
    this.variables = variables;
  }
}
