import type { Logger } from '@lockstep/runtime/logging.ts';
import type { Metrics } from './metrics.ts';
import type { Tracing } from './tracing.ts';

/** Who is told of what happens. Whoever isn't there isn't configured. */
export interface Instruments {
  readonly metrics?: Metrics | undefined;
  readonly tracing?: Tracing | undefined;
  /** Where each request is logged. */
  readonly accessLog?: Logger | undefined;
}
