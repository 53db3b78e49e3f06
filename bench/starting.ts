import { setTimeout as delay } from 'node:timers/promises';
import { residentMb } from './proc-fs.ts';
import type { System, SystemName } from './systems.ts';

/** Cost of a gateway before its first use. */
export interface Start {
  readonly system: SystemName;
  /** Time from the start of the process to its first right answer, to `page`. */
  readonly startMs: number;
  /** Memory a moment after that answer. */
  readonly restMb: number;
}

/** Time after its first answer at which a gateway is at rest. */
const REST_MS = 1000;

/** Starts every gateway several times in turns, beside the idle one that is loaded later. */
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
