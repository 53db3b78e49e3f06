import type { Logger } from '@lockstep/runtime/logging.ts';
import type { Tracing } from '@lockstep/runtime/telemetry/tracing.ts';
import type { Metrics } from './metrics.ts';
import type { OperationTrace } from './operation-trace.ts';
import type { FieldUsage } from './usage/field-usage.ts';

/** Telemetry sinks. An undefined one is off. */
export interface Instruments {
  readonly metrics?: Metrics | undefined;
  readonly tracing?: Tracing<OperationTrace> | undefined;
  /** Gets a line for each request. */
  readonly accessLog?: Logger | undefined;
  /** Counts the uses of the schema. */
  readonly fieldUsage?: FieldUsage | undefined;
}
