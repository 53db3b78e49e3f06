import { type Attempt, type Finding, measure, measureKept } from './findings.ts';
import type { ServedGraph } from './served-graph.ts';

/**
 * Measures a known operation in each process that works for it.
 *
 * @param copies number of near-copies of which the memory that they leave is measured
 */
export async function replay(known: Attempt, served: ServedGraph, copies: number): Promise<Finding[]> {
  const findings = await measure(known, served);
  const kept = copies > 0 ? await measureKept(known, served, copies) : undefined;
  return findings.map((finding) => ({ ...finding, keptMb: kept?.get(finding.process) }));
}
