import type { Finding } from './findings.ts';

const SHOWN = 30;
const HEAD = 'process | bytes | blocked ms | CPU ms | MB | kept MB | kB out | out/in | operation';

/** Prints findings as a table, those that block longest first. */
export function printTable(findings: readonly Finding[], hasHead = true): string {
  const rows = [
    ...new Map(findings.map((finding) => [`${finding.process} ${finding.operation.query}`, finding])).values(),
  ]
    .toSorted((a, b) => worstOf(b) - worstOf(a))
    .slice(0, SHOWN)
    .map((finding) => {
      const { graph, entrance, process, bytes, first, second, outputBytes, keptMb, operation } = finding;
      const pair = (figure: (of: typeof first) => number) =>
        `${figure(first).toFixed(0)} / ${figure(second).toFixed(0)}`;
      return [
        `${graph} ${entrance} → ${process}`,
        bytes,
        pair(({ blockedMs }) => blockedMs),
        pair(({ cpuMs }) => cpuMs),
        pair(({ peakMb }) => peakMb),
        keptMb?.toFixed(0) ?? '',
        (outputBytes / 1000).toFixed(0),
        (outputBytes / bytes).toFixed(0),
        operation.query.slice(0, 100).replaceAll(/\s+/g, ' '),
      ].join(' | ');
    });
  return [...(hasHead ? [HEAD] : []), ...rows].join('\n');
}

function worstOf({ first, second }: Finding): number {
  return Math.max(first.blockedMs, second.blockedMs, first.peakMb, second.peakMb);
}
