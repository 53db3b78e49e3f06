import { type GraphQLOutputType, isInterfaceType, isListType, isNonNullType, isObjectType, isUnionType } from 'graphql';
import { Federation } from './federation.ts';
import type { FieldResolver, Resolvers } from './monolith.ts';
import { hash, type Random } from './random.ts';

interface RandomField {
  readonly name: string;
  readonly type: string;
  readonly takesArgument: boolean;
  readonly subgraphs: readonly string[];
  /** Field of another subgraph, with or without its argument. */
  requires?: string;
}

interface RandomType {
  readonly name: string;
  readonly subgraphs: readonly string[];
  readonly fields: RandomField[];
}

const SCALARS = ['String', 'Int', 'Float', 'Boolean', 'ID', 'Color'];

/**
 * Random schema split over 2 to 4 subgraphs, with data determined by the seed. Long because schemas and data follow from the
 * same choices.
 */
export class RandomFederation {
  readonly #random: Random;
  readonly #seed: number;
  readonly #subgraphs: readonly string[];
  readonly #entities: RandomType[];
  readonly #values: RandomType[];
  readonly #query: RandomField[];
  /** Subgraphs that have the interface `Node` and its implementations. */
  readonly #interfaceIn: readonly string[];
  readonly #members: readonly RandomType[];
  /** Subgraph in which `Node` is an `@interfaceObject`. */
  readonly #interfaceObjectIn: string | undefined;

  constructor(random: Random, seed: number) {
    this.#random = random;
    this.#seed = seed;
    this.#subgraphs = ['a', 'b', 'c', 'd'].slice(0, random.integer(2, 4));
    const hasInterfaceObject = this.#subgraphs.length > 2 && random.chance(0.4);
    this.#interfaceObjectIn = hasInterfaceObject ? this.#subgraphs.at(-1) : undefined;
    const plain = this.#subgraphs.filter((name) => name !== this.#interfaceObjectIn);
    this.#interfaceIn = hasInterfaceObject ? [plain[0] ?? 'a'] : random.some(plain);
    const names = ['Apple', 'Brick', 'Cloud', 'Drum'].slice(0, random.integer(2, 4));
    this.#entities = names.map((name) => ({
      name,
      subgraphs: plain.filter((subgraph) => this.#interfaceIn.includes(subgraph) || random.chance(0.8)),
      fields: [],
    }));
    this.#members = hasInterfaceObject ? this.#entities : random.some(this.#entities);
    this.#values = ['Size', 'Place'].map((name) => ({ name, subgraphs: this.#subgraphs, fields: this.#valueFields() }));
    for (const entity of this.#entities) this.#addFields(entity);
    this.#query = this.#queryFields(plain);
  }

  /** @throws if the schemas don't compose */
  build(): Federation {
    const subgraphs = Object.fromEntries(this.#subgraphs.map((name) => [name, this.#sdl(name)]));
    const data = Object.fromEntries(this.#entities.map(({ name }) => [name, instancesOf(name)]));
    const federation = new Federation({ subgraphs, resolvers: this.#resolvers(), data });
    return federation;
  }

  /** Returns the SDL of all subgraphs, for a report. */
  describe(): string {
    return this.#subgraphs.map((name) => `# ${name}\n${this.#sdl(name)}`).join('\n');
  }

  #valueFields(): RandomField[] {
    return [0, 1, 2].map((index) => this.#scalarField(`v${index}`, this.#subgraphs));
  }

  #scalarField(name: string, subgraphs: readonly string[]): RandomField {
    const random = this.#random;
    const type = this.#wrapped(random.pick(SCALARS));
    return { name, type, takesArgument: random.chance(0.3), subgraphs };
  }

  #wrapped(type: string): string {
    const random = this.#random;
    const nonNull = () => (random.chance(0.25) ? '!' : '');
    if (random.chance(0.7)) return type + nonNull();
    if (random.chance(0.7)) return `[${type}${nonNull()}]${nonNull()}`;
    return `[[${type}${nonNull()}]${nonNull()}]`;
  }

  #addFields(entity: RandomType): void {
    const random = this.#random;
    for (let index = 0; index < random.integer(2, 4); index++) {
      const subgraphs = random.chance(0.15) ? random.some(entity.subgraphs) : [random.pick(entity.subgraphs)];
      entity.fields.push(this.#scalarField(`f${index}`, subgraphs));
    }
    for (const subgraph of entity.subgraphs) {
      for (let index = 0; index < random.integer(0, 2); index++) {
        const type = this.#wrapped(this.#targetIn(subgraph));
        entity.fields.push({
          name: `${subgraph}${index}`,
          type,
          takesArgument: random.chance(0.1),
          subgraphs: [subgraph],
        });
      }
    }
    for (const subgraph of entity.subgraphs) this.#addRequires(entity, subgraph);
  }

  #addRequires(entity: RandomType, subgraph: string): void {
    const random = this.#random;
    const isElsewhere = ({ name, subgraphs }: RandomField) => name.startsWith('f') && !subgraphs.includes(subgraph);
    const candidates = entity.fields.filter(isElsewhere);
    for (let index = 0; index < random.integer(0, 2) && candidates.length > 0; index++) {
      const { name, takesArgument } = random.pick(candidates);
      const requires = takesArgument && random.chance(0.7) ? `${name}(x: ${random.integer(1, 2)})` : name;
      const field = {
        name: `r${subgraph}${index}`,
        type: 'String',
        takesArgument: false,
        subgraphs: [subgraph],
        requires,
      };
      entity.fields.push(field);
    }
  }

  /** Picks a composite type that a subgraph has. */
  #targetIn(subgraph: string): string {
    const targets = [...this.#entities.filter(({ subgraphs }) => subgraphs.includes(subgraph)), ...this.#values];
    const names = targets.map(({ name }) => name);
    if (this.#interfaceIn.includes(subgraph)) names.push('Node', 'Node', 'Any');
    return this.#random.pick(names);
  }

  #queryFields(plain: readonly string[]): RandomField[] {
    const fields = plain.flatMap((subgraph) =>
      [0, 1].map((index) => ({
        name: `${subgraph}Root${index}`,
        type: this.#wrapped(this.#targetIn(subgraph)),
        takesArgument: this.#random.chance(0.3),
        subgraphs: [subgraph],
      })),
    );
    const last = this.#interfaceObjectIn;
    if (last) fields.push({ name: 'nodes', type: '[Node]', takesArgument: false, subgraphs: [last] });
    return fields;
  }

  #sdl(subgraph: string): string {
    const isHere = ({ subgraphs }: { subgraphs: readonly string[] }) => subgraphs.includes(subgraph);
    const query = this.#query.filter(isHere).map((field) => this.#fieldSdl(field, subgraph));
    const parts = ['enum Color { RED GREEN BLUE }', `type Query { ${query.join(' ')} _${subgraph}: Int }`];
    for (const { name, fields } of this.#values) {
      const own = fields.map((field) => this.#fieldSdl({ ...field, subgraphs: [subgraph] }, subgraph));
      parts.push(`type ${name} @shareable { ${own.join(' ')} }`);
    }
    for (const entity of this.#entities.filter(isHere)) parts.push(this.#entitySdl(entity, subgraph));
    if (this.#interfaceIn.includes(subgraph)) {
      const key = this.#interfaceObjectIn ? ' @key(fields: "id")' : '';
      parts.push(`interface Node${key} { id: ID! label: String }`);
      parts.push(`union Any = ${this.#members.map(({ name }) => name).join(' | ')}`);
    }
    if (subgraph === this.#interfaceObjectIn) {
      parts.push('type Node @interfaceObject @key(fields: "id") { id: ID! extra(x: Int = 3): String more: Int! }');
    }
    return parts.join('\n');
  }

  #entitySdl(entity: RandomType, subgraph: string): string {
    const isNode = this.#interfaceIn.includes(subgraph) && this.#members.includes(entity);
    const own = entity.fields.filter(({ subgraphs }) => subgraphs.includes(subgraph));
    const required = new Set(own.map(({ requires }) => requires?.replace(/\(.*/, '')));
    const external = entity.fields.filter(({ name, subgraphs }) => required.has(name) && !subgraphs.includes(subgraph));
    const fields = [
      ...own.map((field) => this.#fieldSdl(field, subgraph)),
      ...external.map((field) => `${this.#signature(field)} @external`),
    ];
    const implemented = isNode ? ' implements Node' : '';
    return `type ${entity.name}${implemented} @key(fields: "id") { id: ID! label: String @shareable ${fields.join(' ')} }`;
  }

  #signature({ name, type, takesArgument }: RandomField): string {
    return `${name}${takesArgument ? '(x: Int = 3)' : ''}: ${type}`;
  }

  #fieldSdl(field: RandomField, subgraph: string): string {
    const isShared = field.subgraphs.length > 1 && field.subgraphs.includes(subgraph);
    const requires = field.requires === undefined ? '' : ` @requires(fields: "${field.requires}")`;
    return `${this.#signature(field)}${isShared ? ' @shareable' : ''}${requires}`;
  }

  #resolvers(): Resolvers {
    const all: Record<string, Record<string, FieldResolver>> = { Node: {}, Query: {} };
    for (const type of [...this.#entities, ...this.#values]) {
      const requiredNames = new Set(type.fields.map(({ requires }) => requires?.replace(/\(.*/, '')));
      const fields = type.fields.map((field): [string, FieldResolver] => [
        field.name,
        field.requires === undefined ? this.#plain(requiredNames.has(field.name)) : this.#requiring(field, type),
      ]);
      all[type.name] = Object.fromEntries([...fields, ['label', this.#plain(false)]]);
    }
    for (const { name } of this.#query) all.Query = { ...all.Query, [name]: this.#plain(false) };
    all.Node = { extra: this.#plain(false), more: this.#plain(false) };
    return all;
  }

  #plain(isRequired: boolean): FieldResolver {
    return (parent, args, _context, info) => {
      const key = `${this.#seed} ${parent?.id ?? ''} ${info.fieldName} ${JSON.stringify(args)}`;
      return this.#value(info.returnType, key, isRequired);
    };
  }

  /** Resolves from the required value, which a subgraph has on the parent and the monolith computes. */
  #requiring(field: RandomField, type: RandomType): FieldResolver {
    const [, name = '', argument] = /^(\w+)(?:\(x: (\d)\))?$/.exec(field.requires ?? '') ?? [];
    const takesArgument = type.fields.find((candidate) => candidate.name === name)?.takesArgument ?? false;
    return (parent, _args, _context, info) => {
      const isSubgraph = info.schema.getType('_Service') !== undefined;
      const args = takesArgument ? { x: Number(argument ?? 3) } : {};
      const key = `${this.#seed} ${parent.id} ${name} ${JSON.stringify(args)}`;
      const definition = isObjectType(info.parentType) ? info.parentType.getFields()[name] : undefined;
      const looked = () => definition && this.#value(definition.type, key, true);
      return `requires ${JSON.stringify(isSubgraph ? parent[name] : looked())}`;
    };
  }

  #value(type: GraphQLOutputType, key: string, isRequired: boolean): unknown {
    if (isNonNullType(type)) {
      const value = this.#value(type.ofType, key, isRequired);
      if (value !== null || (!isRequired && hash(`${key} null`) < 0.05)) return value;
      return this.#value(type, `${key} again`, isRequired);
    }
    if (hash(`${key} nothing`) < 0.08) return null;
    if (!isRequired && hash(`${key} failure`) < 0.1) return new Error(`failed: ${key}`);
    if (isListType(type)) {
      const length = Math.floor(hash(`${key} length`) * 4);
      return Array.from({ length }, (_, index) => this.#value(type.ofType, `${key} ${index}`, isRequired));
    }
    const drawn = hash(key);
    if (isInterfaceType(type) || isUnionType(type)) return instance(this.#choose(this.#members, drawn).name, drawn);
    if (!isObjectType(type)) return leaf(type.toString(), drawn, key);
    if (type.name === 'Node') return { ...instance(this.#choose(this.#entities, drawn).name, drawn) };
    const isValue = this.#values.some(({ name }) => name === type.name);
    return isValue ? { __typename: type.name, id: `${type.name}${Math.floor(drawn * 3)}` } : instance(type.name, drawn);
  }

  #choose<T>(values: readonly T[], drawn: number): T {
    const value = values[Math.floor(drawn * 7919) % values.length];
    if (value === undefined) throw new Error('nothing to choose from');
    return value;
  }
}

function instance(typeName: string, drawn: number): { __typename: string; id: string } {
  return { __typename: typeName, id: `${typeName}${Math.floor(drawn * 4)}` };
}

function instancesOf(typeName: string): { __typename: string; id: string }[] {
  return [0, 1, 2, 3].map((number) => ({ __typename: typeName, id: `${typeName}${number}` }));
}

function leaf(type: string, drawn: number, key: string): unknown {
  switch (type) {
    case 'Int':
      return Math.floor(drawn * 3) - 1;
    case 'Float':
      return Math.floor(drawn * 5) / 2;
    case 'Boolean':
      return drawn < 0.5;
    case 'Color':
      return ['RED', 'GREEN', 'BLUE'][Math.floor(drawn * 3)];
    default:
      return drawn < 0.1 ? '' : key.slice(key.indexOf(' ') + 1);
  }
}
