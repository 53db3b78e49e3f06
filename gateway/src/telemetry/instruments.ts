import type { Logger } from '@lockstep/runtime/logging.ts';
import type { Metrics } from './metrics.ts';
import type { Tracing } from './tracing.ts';

/** Telemetry sinks; an undefined one is off. */
export interface Instruments {
  readonly metrics?: Metrics | undefined;
  readonly tracing?: Tracing | undefined;
  /** Logger of the access log. */
  readonly accessLog?: Logger | undefined;
}
