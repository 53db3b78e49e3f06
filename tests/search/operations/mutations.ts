import type { Random } from '@lockstep/gateway/operations/testing/random.ts';
import type { GraphQLSchema } from 'graphql';
import { type Document, type Selection, selectionsIn } from './document.ts';
import { fieldsOf, overlapping, type Position, positionsOf } from './positions.ts';
import { RandomSelections } from './random-selections.ts';
import { randomValue } from './values.ts';

const MANY = [2, 3, 5, 10, 20, 40];
const VARIABLES = ['u', 'v', 'w', 'x', 'y', 'z', 's', 't'];

type Change = (document: Document, position: Position, other: Document) => void;

/** Changes documents at random. A changed document can be invalid. In one file, because all changes take the same parts. */
export class Mutations {
  readonly #random: Random;
  readonly #schema: GraphQLSchema;
  readonly #generator: RandomSelections;
  readonly #changes: readonly Change[];

  constructor(random: Random, schema: GraphQLSchema) {
    this.#random = random;
    this.#schema = schema;
    this.#generator = new RandomSelections(random, schema);
    this.#changes = [
      this.#add,
      this.#add,
      this.#remove,
      this.#remove,
      this.#repeat,
      this.#repeat,
      this.#repeatSpread,
      this.#rename,
      this.#renameAll,
      this.#wrap,
      this.#extract,
      this.#spread,
      this.#condition,
      this.#condition,
      this.#argument,
      this.#argument,
      this.#variable,
      this.#nest,
      this.#nest,
      this.#unwrap,
      this.#graft,
      this.#graft,
      this.#addOperation,
      this.#pad,
    ].map((change) => change.bind(this));
  }

  random(): Document {
    return this.#generator.document();
  }

  /** Returns a copy of the document with one to four changes, some of which take parts of `other`. */
  mutate(document: Document, other: Document): Document {
    const changed = structuredClone(document);
    for (let count = this.#random.pick([1, 1, 2, 3, 4]); count > 0; count--) {
      const position = this.#random.pick(positionsOf(this.#schema, changed));
      this.#random.pick(this.#changes)(changed, position, other);
    }
    return changed;
  }

  #add(_document: Document, { type, selections }: Position): void {
    const field = this.#generator.field(type, this.#random.integer(0, 4));
    if (field) selections.push(field);
  }

  #remove(_document: Document, { selections }: Position): void {
    if (selections.length > 1) selections.splice(this.#random.integer(0, selections.length - 1), 1);
  }

  /** Repeats a selection, under aliases of its own if it is a field. */
  #repeat(_document: Document, { selections }: Position): void {
    const selection = this.#pick(selections);
    if (!selection) return;
    const isAliased = this.#random.chance(0.7);
    for (let count = Math.min(this.#random.pick(MANY), mostCopies(selection)); count > 0; count--) {
      const copy = structuredClone(selection);
      if (copy.kind === 'field' && isAliased) copy.alias = this.#generator.alias();
      selections.push(copy);
    }
  }

  #repeatSpread(document: Document, position: Position): void {
    const spread = position.selections.find(({ kind }) => kind === 'spread');
    if (!spread) this.#spread(document, position);
    else
      for (let count = this.#random.pick(MANY); count > 0; count--) position.selections.push(structuredClone(spread));
  }

  #rename(_document: Document, { selections }: Position): void {
    const field = this.#pick(selections.filter((selection) => selection.kind === 'field'));
    if (field) field.alias = this.#random.chance(0.5) ? undefined : this.#generator.alias();
  }

  #renameAll(_document: Document, { selections }: Position): void {
    for (const selection of selections) if (selection.kind === 'field') selection.alias = this.#generator.alias();
  }

  #wrap(_document: Document, { type, selections }: Position): void {
    const on = this.#random.pick(['', ...overlapping(this.#schema, type).map(({ name }) => name)]);
    const inside = this.#random.chance(0.3) ? structuredClone(selections) : selections.splice(0);
    selections.push({ kind: 'inline', on: on || undefined, conditions: [], selections: inside });
  }

  /** Makes the selections a fragment, which can be spread elsewhere too. */
  #extract(document: Document, { type, selections, fragment }: Position): void {
    const name = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[document.fragments.length];
    // At the end, so that it is later than the one that spreads it; but what it spreads itself has to be later still.
    if (!name || selections.some(({ kind }) => kind === 'spread')) {
      this.#spreadCopy(document, { type, selections, fragment });
      return;
    }
    document.fragments.push({ name, on: type.name, selections: selections.splice(0) });
    selections.push({ kind: 'spread', name, conditions: [] });
  }

  /** Puts a fragment in front of all others that holds what is selected here, and spreads it. */
  #spreadCopy(document: Document, { type, selections, fragment }: Position): void {
    const used = new Set(document.fragments.map(({ name }) => name));
    const name = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].find((letter) => !used.has(letter));
    if (!name) return;
    document.fragments.splice(fragment + 1, 0, { name, on: type.name, selections: selections.splice(0) });
    const count = this.#random.pick([1, 2, 2, 3]);
    for (let index = 0; index < count; index++) selections.push({ kind: 'spread', name, conditions: [] });
  }

  #spread(document: Document, { type, selections, fragment }: Position): void {
    const names = new Set(overlapping(this.#schema, type).map(({ name }) => name));
    const fitting = document.fragments.filter(({ on }, index) => index > fragment && names.has(on));
    if (fitting.length > 0) selections.push({ kind: 'spread', name: this.#random.pick(fitting).name, conditions: [] });
  }

  #condition(document: Document, { selections }: Position): void {
    const selection = this.#pick(selections);
    if (!selection) return;
    if (selection.conditions.length > 0 && this.#random.chance(0.3)) {
      selection.conditions = [];
      return;
    }
    const name = this.#random.pick(VARIABLES);
    const kind = this.#random.pick(['include', 'skip']);
    if (document.variables[name] && !document.variables[name].type.startsWith('Boolean')) return;
    const isSent = this.#random.chance(0.4);
    document.variables[name] ??= {
      type: isSent ? 'Boolean!' : 'Boolean',
      ...(isSent ? { value: kind === 'include' } : { defaultValue: String(kind === 'include') }),
    };
    selection.conditions = [`@${kind}(if:$${name})`];
  }

  #argument(_document: Document, { type, selections }: Position): void {
    const field = this.#pick(selections.filter((selection) => selection.kind === 'field'));
    const definition = field && fieldsOf(this.#schema, type).find(({ name }) => name === field.name);
    const argument = this.#pick(definition?.args ?? []);
    if (!field || !argument) return;
    field.args[argument.name] = randomValue(this.#random, argument, { entities: this.#generator.entities });
  }

  /** Makes the value of an argument that of a variable. */
  #variable(document: Document, { type, selections }: Position): void {
    const field = this.#pick(selections.filter((selection) => selection.kind === 'field'));
    const definition = field && fieldsOf(this.#schema, type).find(({ name }) => name === field.name);
    const argument = this.#pick(definition?.args ?? []);
    const value = argument && field?.args[argument.name];
    if (!field || !argument || value === undefined || value.startsWith('$')) return;
    const name = `${this.#random.pick(VARIABLES)}${argument.name[0]}`;
    document.variables[name] ??= { type: String(argument.type), defaultValue: value };
    field.args[argument.name] = `$${name}`;
  }

  /** Puts a copy of selections below themselves, through fields that lead back to their type. */
  #nest(document: Document, { type, selections }: Position): void {
    const copy = structuredClone(selections);
    const back = this.#pick(positionsOf(this.#schema, document).filter((below) => below.type === type));
    if (back && mostCopies(copy) > 1) back.selections.push(...copy);
  }

  /** Replaces an inline fragment by its selections, or a field by those below it that fit. */
  #unwrap(_document: Document, { type, selections }: Position): void {
    const selection = this.#pick(selections.filter(({ kind }) => kind !== 'spread'));
    if (!selection || selection.kind === 'spread' || !selection.selections) return;
    const fields = new Set(fieldsOf(this.#schema, type).map(({ name }) => name));
    const fitting = selection.selections.filter((inside) => inside.kind !== 'field' || fields.has(inside.name));
    if (fitting.length > 0) selections.splice(selections.indexOf(selection), 1, ...fitting);
  }

  /** Adds or puts in place selections on the same type from another document. */
  #graft(document: Document, { type, selections }: Position, other: Document): void {
    const same = positionsOf(this.#schema, other).filter((position) => position.type === type);
    const from = this.#pick(same);
    if (!from) return;
    const grafted = structuredClone(from.selections).filter(({ kind }) => kind !== 'spread');
    for (const selection of selectionsIn(grafted)) {
      if (selection.kind !== 'spread' && selection.selections) dropSpreads(selection.selections);
    }
    for (const [name, variable] of Object.entries(other.variables)) document.variables[name] ??= variable;
    if (this.#random.chance(0.5)) selections.splice(0);
    selections.push(...grafted);
  }

  #addOperation(document: Document, _position: Position, other: Document): void {
    const [first] = other.operations;
    if (document.operations.length > 3 || !first || !this.#random.chance(0.3)) return;
    const copy = structuredClone(first);
    dropSpreads(copy.selections);
    for (const selection of selectionsIn(copy.selections)) {
      if (selection.kind !== 'spread' && selection.selections) dropSpreads(selection.selections);
    }
    for (const [name, variable] of Object.entries(other.variables)) document.variables[name] ??= variable;
    document.operations.unshift(copy);
  }

  #pad(document: Document): void {
    document.padding = this.#random.chance(0.5)
      ? ''
      : this.#random.pick(['#x\n', ',', '\n', '# "{\n']).repeat(this.#random.pick(MANY));
  }

  #pick<T>(values: readonly T[]): T | undefined {
    return values.length > 0 ? this.#random.pick(values) : undefined;
  }
}

/** Removes spreads, whose fragments are in another document. */
function dropSpreads(selections: Selection[]): void {
  selections.splice(0, selections.length, ...selections.filter(({ kind }) => kind !== 'spread'));
}

/** Returns the number of copies that roughly fit into an operation. */
function mostCopies(part: object): number {
  const charactersOfJson = 8000;
  return Math.floor(charactersOfJson / JSON.stringify(part).length);
}
