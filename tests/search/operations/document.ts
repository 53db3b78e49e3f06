import { Buffer } from 'node:buffer';

// Operations as trees that are easy to change. Values are kept as text, since nothing looks into them.

export interface FieldSelection {
  readonly kind: 'field';
  alias?: string | undefined;
  readonly name: string;
  /** Values by argument: literals, or `$name`. */
  args: Record<string, string>;
  conditions: string[];
  selections?: Selection[] | undefined;
}

export interface InlineSelection {
  readonly kind: 'inline';
  readonly on: string | undefined;
  conditions: string[];
  selections: Selection[];
}

export interface SpreadSelection {
  readonly kind: 'spread';
  readonly name: string;
  conditions: string[];
}

export type Selection = FieldSelection | InlineSelection | SpreadSelection;

export interface Fragment {
  readonly name: string;
  readonly on: string;
  selections: Selection[];
}

export interface Variable {
  readonly type: string;
  readonly defaultValue?: string | undefined;
  /** JSON value; undefined if none is sent. */
  readonly value?: unknown;
}

/** A document whose last operation is run; the others are only there. */
export interface Document {
  operations: { readonly type: 'query' | 'mutation'; selections: Selection[] }[];
  fragments: Fragment[];
  variables: Record<string, Variable>;
  /** Text in front of the first operation that means nothing: comments, white space. */
  padding: string;
}

/** An operation as it is sent. */
export interface Operation {
  readonly query: string;
  readonly variables?: Record<string, unknown> | undefined;
  readonly operationName?: string | undefined;
}

/** Returns the number of bytes that a client has to send for an operation, besides the JSON around them. */
export function bytesOf({ query, variables }: Operation): number {
  return Buffer.byteLength(query) + (variables ? Buffer.byteLength(JSON.stringify(variables)) : 0);
}

/** Prints a document without needless characters, and leaves out fragments and variables that the operation doesn't use. */
export function printDocument(document: Document): Operation {
  const used = document.fragments.filter(({ name }) => isSpread(document, name));
  const known = new Set(used.map(({ name }) => name));
  const several = document.operations.length > 1;
  const values: Record<string, unknown> = {};
  const operations = document.operations.map(({ type, selections }, index) => {
    const body = printSelections(selections, known);
    const declared = variablesIn(
      `${body}${reachable(selections, used).map(({ selections }) => printSelections(selections, known))}`,
    )
      .flatMap((name) => {
        const variable = document.variables[name];
        if (!variable) return [];
        if (variable.value !== undefined && index === document.operations.length - 1) values[name] = variable.value;
        return [`$${name}:${variable.type}${variable.defaultValue === undefined ? '' : `=${variable.defaultValue}`}`];
      })
      .join();
    const head = type === 'query' && declared === '' && !several ? '' : type;
    return `${head}${several ? ` O${index}` : ''}${declared && `(${declared})`}${body}`;
  });
  const fragments = used.map(
    ({ name, on, selections }) => `fragment ${name} on ${on}${printSelections(selections, known)}`,
  );
  return {
    query: document.padding + [...operations, ...fragments].join(''),
    ...(Object.keys(values).length > 0 && { variables: values }),
    ...(several && { operationName: `O${operations.length - 1}` }),
  };
}

function printSelections(selections: readonly Selection[], known: ReadonlySet<string>): string {
  const printed = selections.flatMap((selection) => {
    const conditions = selection.conditions.join('');
    if (selection.kind === 'spread') return known.has(selection.name) ? [`...${selection.name}${conditions}`] : [];
    const below = selection.selections ? printSelections(selection.selections, known) : '';
    if (selection.kind === 'inline') return [`...${selection.on ? `on ${selection.on}` : ''}${conditions}${below}`];
    const args = Object.entries(selection.args).map(([name, value]) => `${name}:${value}`);
    const alias = selection.alias ? `${selection.alias}:` : '';
    return [`${alias}${selection.name}${args.length > 0 ? `(${args})` : ''}${conditions}${below}`];
  });
  return `{${printed.length > 0 ? printed.join(' ') : '__typename'}}`
    .replaceAll(/([})]) /g, '$1')
    .replaceAll(/ (\.\.\.)/g, '$1');
}

function variablesIn(text: string): string[] {
  return [...new Set([...text.matchAll(/\$(\w+)/g)].map(([, name = '']) => name))];
}

/** Returns all selections below these, in fragments too. */
export function* selectionsIn(selections: readonly Selection[]): Generator<Selection> {
  for (const selection of selections) {
    yield selection;
    if (selection.kind !== 'spread' && selection.selections) yield* selectionsIn(selection.selections);
  }
}

function isSpread({ operations, fragments }: Document, name: string): boolean {
  return operations.some(({ selections }) =>
    reachable(selections, fragments).some((fragment) => fragment.name === name),
  );
}

/** Returns the fragments that are spread below the selections, directly or not. */
function reachable(selections: readonly Selection[], fragments: readonly Fragment[]): Fragment[] {
  const found = new Set<Fragment>();
  const visit = (inside: readonly Selection[]) => {
    for (const selection of selectionsIn(inside)) {
      if (selection.kind !== 'spread') continue;
      const fragment = fragments.find(({ name }) => name === selection.name);
      if (!fragment || found.has(fragment)) continue;
      found.add(fragment);
      visit(fragment.selections);
    }
  };
  visit(selections);
  return [...found];
}
