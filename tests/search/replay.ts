import type { KnownAttack } from './corpus.ts';
import { type Finding, measure, measureKept } from './findings.ts';
import type { ServedGraph } from './served-graph.ts';

/** Measures a known operation in each process that works for it, and what near-copies of it leave there. */
export async function replay(known: KnownAttack, served: ServedGraph): Promise<Finding[]> {
  const findings = await measure(known, served);
  const isBroken = findings.some(({ status }) => status === 0);
  const kept = isBroken ? undefined : await measureKept(known, served);
  return findings.map((finding) => ({ ...finding, keptMb: kept?.get(finding.process) }));
}
