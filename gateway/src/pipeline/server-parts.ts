import type { Logger } from '@lockstep/runtime/logging.ts';
import type { RejectionCounts } from '../telemetry/rejection-counts.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** What the gateway's server is made of, whatever the settings. */
export interface ServerParts {
  readonly logger: Logger;
  /** Whether new requests are welcome: not while the process stops. */
  isReady(): boolean;
  readonly refusals: RejectionCounts;
  readonly telemetry: Telemetry;
}
