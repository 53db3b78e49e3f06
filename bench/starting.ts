import { setTimeout as delay } from 'node:timers/promises';
import { residentMb } from './proc-fs.ts';
import type { System, SystemName } from './systems.ts';

/** What a gateway costs before anyone uses it. */
export interface Start {
  readonly system: SystemName;
  /** From the start of the process to its first right answer, of `page`. */
  readonly startMs: number;
  /** Its memory a moment after that answer. */
  readonly restMb: number;
}

/** A gateway is at rest this long after its first answer. */
const REST_MS = 1000;

/** Starts every gateway several times, in turns, each time beside the one that is loaded later, which then does nothing. */
export async function measureStarts(systems: readonly System[], times: number): Promise<Start[]> {
  const starts: Start[] = [];
  for (let time = 0; time < times; time += 1) {
    for (const system of systems) {
      const { gateway, startMs } = await system.startAnother();
      await delay(REST_MS);
      starts.push({ system: system.name, startMs, restMb: residentMb(gateway.pid) });
      await gateway.stop();
    }
  }
  return starts;
}
