import type { Figures, Finding } from './findings.ts';

const SHOWN = 40;
const HEAD = 'process | bytes | blocked ms | CPU ms | MB | kept MB | kB out | out/in | status | operation';
const SHORT = 120;

/** Prints findings as a table, the worst first. The figures of an unknown operation are followed by those of a known one. */
export function printTable(findings: readonly Finding[]): string {
  const distinct = new Map(findings.map((finding) => [`${finding.process} ${finding.operation.query}`, finding]));
  const worst = [...distinct.values()].toSorted((a, b) => worstOf(b) - worstOf(a)).slice(0, SHOWN);
  return [HEAD, ...worst.map((finding) => row(finding, finding.operation.query.slice(0, SHORT)))].join('\n');
}

/** Prints a finding with its whole operation. */
export function printFinding(finding: Finding): string {
  return row(finding, JSON.stringify(finding.operation));
}

function row(finding: Finding, operation: string): string {
  const { graph, entrance, process, bytes, first, second, outputBytes, keptMb, status } = finding;
  const pair = (figure: (of: Figures) => number) => `${figure(first).toFixed(0)} / ${figure(second).toFixed(0)}`;
  return [
    `${graph} ${entrance} → ${process}`,
    bytes,
    pair(({ blockedMs }) => blockedMs),
    pair(({ processMs }) => processMs),
    pair(({ peakMb }) => peakMb),
    keptMb?.toFixed(1) ?? '',
    (outputBytes / 1000).toFixed(0),
    (outputBytes / bytes).toFixed(0),
    status,
    operation.replaceAll(/\s+/g, ' '),
  ].join(' | ');
}

function worstOf({ first, second, keptMb = 0 }: Finding): number {
  return Math.max(first.blockedMs, second.blockedMs, first.peakMb, second.peakMb, keptMb);
}
