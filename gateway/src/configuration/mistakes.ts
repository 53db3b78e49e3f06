import type { z } from 'zod';
import { schemasAt } from './json-schema.ts';
import { withoutSecrets } from './secrets.ts';
import type { KeyPath, Mistake, SupergraphDocument } from './supergraph-document.ts';
import { adviseOnUnknownKey } from './unknown-key.ts';

type Issue = z.core.$ZodIssue;

/** Message of zod for a union without a message of its own. */
const DEFAULT_UNION_MESSAGE = 'Invalid input';

/** Translates a zod issue into the mistakes in the file that cause it. */
export function toMistakes(issue: Issue, document: SupergraphDocument, above: KeyPath = []): Mistake[] {
  const path = [...above, ...issue.path.map(String)];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, document));
  if (issue.code === 'invalid_union') return ofUnion(issue, path, document);
  if (issue.code === 'invalid_key') return [mistakeAt(path, issue.issues[0]?.message ?? issue.message, document)];
  return [mistakeAt(path, `${found(path, document)}: ${wanted(issue)}`, document)];
}

/** Returns the mistakes of a value with several possible forms: the keys that no form has, or those of the nearest form. */
function ofUnion(issue: z.core.$ZodIssueInvalidUnion, path: KeyPath, document: SupergraphDocument): Mistake[] {
  const unknown = issue.errors.map((form) =>
    form.flatMap((nested) => (nested.code === 'unrecognized_keys' && nested.path.length === 0 ? nested.keys : [])),
  );
  const inNone = (unknown[0] ?? []).filter((key) => unknown.every((keys) => keys.includes(key)));
  const rule = issue.message === DEFAULT_UNION_MESSAGE ? undefined : issue.message;
  if (inNone.length > 0) return inNone.map((key) => unknownKey(path, key, document, rule));
  if (rule !== undefined) return [mistakeAt(path, `${found(path, document)}: ${rule}`, document)];
  const [nearest] = issue.errors.toSorted((a, b) => remoteness(a) - remoteness(b));
  return (nearest ?? []).flatMap((nested) => toMistakes(nested, document, path));
}

/** Returns the distance of a value from a form. A form of another type is further away than any form of this type. */
function remoteness(issues: readonly Issue[]): number {
  return issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0) ? Infinity : issues.length;
}

function unknownKey(above: KeyPath, key: string, document: SupergraphDocument, rule?: string): Mistake {
  const advice =
    key === '<<' ? 'YAML merge keys are not supported, write out the keys' : adviseOnUnknownKey(above, key, rule);
  return mistakeAt([...above, key], `unknown key; ${advice}`, document);
}

function mistakeAt(path: KeyPath, message: string, document: SupergraphDocument): Mistake {
  return { line: document.lineOf(path), path: path.join('.'), message };
}

function found(path: KeyPath, document: SupergraphDocument): string {
  const value = document.valueAt(path);
  if (value === undefined) return 'is missing';
  if (value === null) return 'is empty';
  if (Array.isArray(value)) return value.length === 0 ? 'is an empty list' : 'is a list';
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'is an empty mapping' : 'is a mapping';
  const names = document.expansionAt(path)?.names ?? [];
  const shown = JSON.stringify(withoutSecrets(value, schemasAt(path), names));
  return names.length === 0 ? shown : `${shown} (from ${names.join(', ')})`;
}

function wanted(issue: Issue): string {
  if (issue.code !== 'invalid_type' || !issue.message.startsWith(`${DEFAULT_UNION_MESSAGE}: expected`)) {
    return issue.message;
  }
  if (issue.expected === 'object' || issue.expected === 'record') return 'give keys of its own below it, or remove it';
  return issue.expected === 'array' ? 'give a list' : `give a ${issue.expected === 'string' ? 'text' : issue.expected}`;
}
