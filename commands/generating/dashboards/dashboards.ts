import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { healthy } from './healthy.ts';
import { slow } from './slow.ts';

/** Returns the dashboards by their files below deploy/grafana/dashboards. */
export function dashboards(): ReadonlyMap<string, DashboardBuilder> {
  return new Map([
    ['healthy.json', healthy()],
    ['slow.json', slow()],
  ]);
}
