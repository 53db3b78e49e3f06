import { planRows, type Row } from '@lockstep/gateway/pipeline/pages/browser/plan-rows.js';
import type { PlanReport } from '@lockstep/gateway/pipeline/responses/plan-report.ts';

/** Width of the bars that show when something took place. */
const BAR_WIDTH = 30;

/** Maximum length of a label: paths may be long. */
const MAX_LABEL = 50;

/** Returns the text of a plan: the sentence on what took the time, and a tree of its fetches and calls with their times. */
export function planTree(report: PlanReport): string {
  const rows = planRows(report);
  const labels = rows.map((row, index) => labelOf(row, branchTo(rows, index)));
  const width = Math.max(0, ...labels.map(({ length }) => length));
  const lines = rows.map((row, index) =>
    `${labels[index]?.padEnd(width)}  ${timeOf(row, report.durationMs)}`.trimEnd(),
  );
  const omitted = report.omitted ? ['', `${report.omitted} nodes, fetches and calls are left out.`] : [];
  return [report.summary, '', ...lines, ...omitted].join('\n');
}

function labelOf({ label, hasFailed }: Row, branch: string): string {
  const text = label.length > MAX_LABEL ? `${label.slice(0, MAX_LABEL - 1)}…` : label;
  return `${branch}${hasFailed ? '✗ ' : ''}${text}`;
}

/** Returns the lines of the tree that lead to a row. */
function branchTo(rows: readonly Row[], index: number): string {
  const { depth = 0 } = rows[index] ?? {};
  const goesOn = (level: number): boolean => {
    const next = rows.slice(index + 1).find((row) => row.depth <= level);
    return next?.depth === level;
  };
  const levels = Array.from({ length: depth }, (_, level) => goesOn(level + 1));
  return levels.map((isOpen, level) => lineAt(isOpen, level === depth - 1)).join('');
}

function lineAt(isOpen: boolean, isOwn: boolean): string {
  if (isOwn) return isOpen ? '├─ ' : '└─ ';
  return isOpen ? '│  ' : '   ';
}

function timeOf({ startMs, durationMs, note }: Row, totalMs: number): string {
  if (startMs === undefined) return note;
  const from = Math.min(columnOf(startMs, totalMs), BAR_WIDTH - 1);
  const to = Math.max(from + 1, columnOf(startMs + (durationMs ?? totalMs), totalMs));
  const bar = `${' '.repeat(from)}${'█'.repeat(to - from)}`.padEnd(BAR_WIDTH);
  const ms = durationMs === undefined ? 'not over' : `${durationMs.toFixed(1)} ms`;
  return `▕${bar}▏ ${ms.padStart(9)}  ${note}`;
}

function columnOf(ms: number, totalMs: number): number {
  return Math.min(BAR_WIDTH, Math.round((ms / Math.max(totalMs, 0.01)) * BAR_WIDTH));
}
