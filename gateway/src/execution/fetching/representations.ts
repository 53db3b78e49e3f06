import type { FetchDataRewrite, FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { isRecord, type JsonRecord } from '@lockstep/runtime/json-record.ts';
import { UnsupportedPlanError } from '../unsupported-plan-error.ts';
import { ABSENT, FAILED, type Unavailable } from './records.ts';
import type { TypeRelations } from './type-relations.ts';

/** Writes representations of entities. */
export interface Representer {
  /**
   * Returns the JSON of an entity's representation, undefined if the fetch isn't for entities of its type or a part is
   * missing, or a mark if an earlier fetch could not provide a part.
   */
  represent(entity: JsonRecord): string | Unavailable | undefined;
  /** If representations of the entity's type differ in one value only, returns their common start and that value's key. */
  soleValueOf(entity: JsonRecord): { readonly start: string; readonly soleKey: string } | undefined;
}

/**
 * Compiles the `requires` of a fetch.
 *
 * @param conditionalKeys keys that the plan fetches under `@skip` or `@include`. One fetch can be for two fields of which
 *   one is skipped, while its `requires` names what both need.
 */
export function compileRepresentation(
  { requires = [], inputRewrites }: FetchNode,
  types: TypeRelations,
  conditionalKeys: ReadonlySet<string>,
): Representer {
  const sentTypeName = compileTypeNameRewrites(inputRewrites ?? [], types);
  const writer = new SelectionWriter(requires, types, conditionalKeys, sentTypeName);
  return {
    represent: (entity) => writer.writeRecord(entity),
    soleValueOf: (entity) => {
      const { start, soleKey } = writer.writerFor(entity.__typename);
      return start !== undefined && soleKey !== undefined ? { start, soleKey } : undefined;
    },
  };
}

/** The planner has one input rewrite: the `__typename` for a subgraph with an `@interfaceObject`. */
function compileTypeNameRewrites(
  rewrites: readonly FetchDataRewrite[],
  types: TypeRelations,
): (typeName: string) => string {
  const steps = rewrites.map((rewrite) => {
    const [fragment = '', key] = rewrite.path;
    const condition = /^\.\.\. on (.*)$/.exec(fragment)?.[1];
    if (
      rewrite.kind !== 'ValueSetter' ||
      key !== '__typename' ||
      rewrite.path.length !== 2 ||
      condition === undefined
    ) {
      throw new UnsupportedPlanError(`an input rewrite at ${rewrite.path.join('.')}`);
    }
    return { condition, value: String(rewrite.setValueTo) };
  });
  return (typeName) =>
    steps.reduce((name, { condition, value }) => (types.applies(condition, name) ? value : name), typeName);
}

interface FieldWriter {
  /** `"name":` */
  readonly prefix: string;
  readonly key: string;
  /** True if the value may be missing because the client skipped the field that needs it. */
  readonly isConditional: boolean;
  readonly below: SelectionWriter | undefined;
}

/** Compiled writer for objects of one type. */
interface RecordWriter {
  /** `{"__typename":"Book"`; undefined if the fetch isn't for objects of the type. */
  readonly start: string | undefined;
  readonly writers: readonly FieldWriter[];
  readonly soleKey: string | undefined;
}

/** Maximum number of types of which a writer is kept: a subgraph may give any name as `__typename`. */
const MAX_TYPE_NAMES = 1000;

/** Writes the selected fields of objects as JSON; compiles a writer for each object type it meets. */
class SelectionWriter {
  readonly #selections: readonly QueryPlanSelectionNode[];
  readonly #types: TypeRelations;
  readonly #conditionalKeys: ReadonlySet<string>;
  /** Set for the entity itself, not for the objects below it. */
  readonly #sentTypeName: ((typeName: string) => string) | undefined;
  readonly #byTypeName = new Map<unknown, RecordWriter>();

  constructor(
    selections: readonly QueryPlanSelectionNode[],
    types: TypeRelations,
    conditionalKeys: ReadonlySet<string>,
    sentTypeName?: (typeName: string) => string,
  ) {
    this.#selections = selections;
    this.#types = types;
    this.#conditionalKeys = conditionalKeys;
    this.#sentTypeName = sentTypeName;
  }

  writerFor(typeName: unknown): RecordWriter {
    let writer = this.#byTypeName.get(typeName);
    if (!writer) {
      writer = this.#compile(typeof typeName === 'string' ? typeName : undefined);
      if (this.#byTypeName.size < MAX_TYPE_NAMES) this.#byTypeName.set(typeName, writer);
    }
    return writer;
  }

  writeRecord(record: JsonRecord): string | Unavailable | undefined {
    const { start, writers } = this.writerFor(record.__typename);
    return start === undefined ? undefined : writeFields(record, start, writers);
  }

  write(value: unknown): string | Unavailable | undefined {
    if (value === null) return 'null';
    if (Array.isArray(value)) return this.#writeList(value);
    return isRecord(value) ? this.writeRecord(value) : undefined;
  }

  #writeList(values: readonly unknown[]): string | Unavailable | undefined {
    const items: string[] = [];
    for (const value of values) {
      const item = this.write(value);
      if (typeof item !== 'string') return item;
      items.push(item);
    }
    return `[${items.join(',')}]`;
  }

  #compile(typeName: string | undefined): RecordWriter {
    const fields = collectFields(this.#selections, typeName, this.#types);
    const hasTypeName = fields.delete('__typename') && typeName !== undefined;
    if (this.#sentTypeName && !hasTypeName) return { start: undefined, writers: [], soleKey: undefined };
    const sentTypeName = hasTypeName && (this.#sentTypeName?.(typeName) ?? typeName);
    const start = sentTypeName ? `{"__typename":${JSON.stringify(sentTypeName)}` : '{';
    const writers = [...fields].map(
      ([name, { key, selections }]): FieldWriter => ({
        prefix: `${JSON.stringify(name)}:`,
        key,
        isConditional: this.#conditionalKeys.has(key),
        below: selections && new SelectionWriter(selections, this.#types, this.#conditionalKeys),
      }),
    );
    const [sole, second] = writers;
    const isSole = sole && !second && !sole.below && !sole.isConditional;
    return { start, writers, soleKey: isSole ? sole.key : undefined };
  }
}

function writeFields(
  record: JsonRecord,
  start: string,
  writers: readonly FieldWriter[],
): string | Unavailable | undefined {
  let json = start;
  for (const { prefix, key, isConditional, below } of writers) {
    const value = record[key];
    if (value === FAILED || value === ABSENT) return value;
    if (value === undefined && isConditional) continue;
    if (value === undefined || typeof value === 'function') return undefined;
    const text = below ? below.write(value) : JSON.stringify(value);
    if (typeof text !== 'string') return text;
    json += json === '{' ? prefix + text : `,${prefix}${text}`;
  }
  return `${json}}`;
}

interface RequiredSelection {
  readonly key: string;
  readonly selections: QueryPlanSelectionNode[] | undefined;
}

/** Collects the fields that are selected on a type, by the names that the subgraph knows. */
function collectFields(
  selections: readonly QueryPlanSelectionNode[],
  typeName: string | undefined,
  types: TypeRelations,
  fields: Map<string, RequiredSelection> = new Map(),
): Map<string, RequiredSelection> {
  for (const selection of selections) {
    if (selection.kind === 'InlineFragment') {
      const { typeCondition } = selection;
      if (typeCondition === undefined || (typeName !== undefined && types.applies(typeCondition, typeName))) {
        collectFields(selection.selections, typeName, types, fields);
      }
      continue;
    }
    const known = fields.get(selection.name);
    if (known?.selections) known.selections.push(...(selection.selections ?? []));
    else if (!known) {
      const below = selection.selections && [...selection.selections];
      fields.set(selection.name, { key: selection.alias ?? selection.name, selections: below });
    }
  }
  return fields;
}
