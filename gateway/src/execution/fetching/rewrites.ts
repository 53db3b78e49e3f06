import type { FetchDataRewrite } from '@apollo/query-planner';
import { isRecord, type JsonRecord } from '@lockstep/runtime/json-record.ts';
import { mergeInto } from './merge.ts';
import type { TypeRelations } from './type-relations.ts';

/** Modifies part of a subgraph's answer before it is merged. */
export type Rewrite = (value: unknown) => void;

const FRAGMENT = '... on ';

/** Compiles the `outputRewrites` of a fetch, in order. */
export function compileRewrites(rewrites: readonly FetchDataRewrite[] | undefined, types: TypeRelations): Rewrite[] {
  return (rewrites ?? []).map((rewrite) => {
    const key = rewrite.path.at(-1) ?? '';
    const apply =
      rewrite.kind === 'ValueSetter' ? setter(key, rewrite.setValueTo) : renamer(key, rewrite.renameKeyTo, types);
    return compilePath(rewrite.path.slice(0, -1), apply, types);
  });
}

function setter(key: string, value: unknown): (target: JsonRecord) => void {
  return (target) => {
    target[key] = value;
  };
}

/** If the object has both keys, they are parts of one value: the planner uses aliases only for differing nullability. */
function renamer(key: string, newKey: string, types: TypeRelations): (target: JsonRecord) => void {
  return (target) => {
    if (!Object.hasOwn(target, key) || target[key] === undefined) return;
    mergeInto(target, { [newKey]: target[key] }, types);
    target[key] = undefined;
  };
}

function compilePath(path: readonly string[], apply: (target: JsonRecord) => void, types: TypeRelations): Rewrite {
  const [element, ...rest] = path;
  const next = element === undefined ? apply : compileElement(element, compilePath(rest, apply, types), types);
  const rewrite: Rewrite = (value) => {
    if (Array.isArray(value)) value.forEach(rewrite);
    else if (isRecord(value)) next(value);
  };
  return rewrite;
}

/** A fragment also applies to an object without `__typename`: the planner selects it wherever the type can vary. */
function compileElement(element: string, next: Rewrite, types: TypeRelations): (target: JsonRecord) => void {
  if (!element.startsWith(FRAGMENT)) {
    return (target) => {
      if (Object.hasOwn(target, element)) next(target[element]);
    };
  }
  const condition = element.slice(FRAGMENT.length);
  return (target) => {
    const typeName = target.__typename;
    if (typeof typeName !== 'string' || types.applies(condition, typeName)) next(target);
  };
}
