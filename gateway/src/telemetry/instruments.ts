import type { Pm2Figures } from '@lockstep/runtime/telemetry/pm2-figures.ts';
import type { Tracing } from '@lockstep/runtime/telemetry/tracing.ts';
import type { Metrics } from './metrics.ts';
import type { OperationTrace } from './operation-trace.ts';
import type { FieldUsage } from './usage/field-usage.ts';

/** Telemetry sinks. An undefined one is off. */
export interface Instruments {
  readonly metrics?: Metrics | undefined;
  readonly tracing?: Tracing<OperationTrace> | undefined;
  /** Gets the line of each request. */
  readonly accessLog?: ((line: object) => void) | undefined;
  /** Set if pm2 runs this process. */
  readonly pm2?: Pm2Figures | undefined;
  /** Counts the uses of the schema. */
  readonly fieldUsage?: FieldUsage | undefined;
}
