import { Federation, type FederationOptions } from './federation.ts';
import type { Resolvers } from './monolith.ts';
import type { Random } from './random.ts';
import { COLOR, leafType, wrapped } from './random-types.ts';
import { instancesOf, RandomValues } from './random-values.ts';
import { requiring } from './required-values.ts';

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

/** Random schema split over 2 to 4 subgraphs, with data determined by the seed. */
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
    return new Federation(this.options());
  }

  options(): FederationOptions {
    const data = Object.fromEntries(this.#entities.map(({ name }) => [name, instancesOf(name)]));
    const members = this.#members.map(({ name }) => name);
    const values = new RandomValues(this.#seed, {
      data,
      membersOf: (typeName) => (typeName === 'Node' || typeName === 'Any' ? members : undefined),
      isReliable: (fieldName, typeName) => this.#isRequired(fieldName, typeName),
    });
    return {
      subgraphs: Object.fromEntries(this.#subgraphs.map((name) => [name, this.#sdl(name)])),
      resolvers: this.#resolvers(),
      fallback: values.resolve,
      data,
    };
  }

  #valueFields(): RandomField[] {
    return [0, 1, 2].map((index) => this.#scalarField(`v${index}`, this.#subgraphs));
  }

  #scalarField(name: string, subgraphs: readonly string[]): RandomField {
    const random = this.#random;
    return { name, type: leafType(random), takesArgument: random.chance(0.3), subgraphs };
  }

  #addFields(entity: RandomType): void {
    const random = this.#random;
    for (let index = 0; index < random.integer(2, 4); index++) {
      const subgraphs = random.chance(0.15) ? random.some(entity.subgraphs) : [random.pick(entity.subgraphs)];
      entity.fields.push(this.#scalarField(`f${index}`, subgraphs));
    }
    for (const subgraph of entity.subgraphs) {
      for (let index = 0; index < random.integer(0, 2); index++) {
        const type = wrapped(random, this.#targetIn(subgraph));
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
      const field = { name: `r${subgraph}${index}`, type: 'String', takesArgument: false, requires };
      entity.fields.push({ ...field, subgraphs: [subgraph] });
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
        type: wrapped(this.#random, this.#targetIn(subgraph)),
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
    const parts = [COLOR, `type Query { ${query.join(' ')} _${subgraph}: Int }`];
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

  #isRequired(fieldName: string, typeName: string): boolean {
    const fields = this.#entities.find(({ name }) => name === typeName)?.fields ?? [];
    return fields.some(({ requires }) => requires?.replace(/\(.*/, '') === fieldName);
  }

  #resolvers(): Resolvers {
    const ofEntity = ({ name, fields }: RandomType) => {
      const required = fields.flatMap((field) =>
        field.requires === undefined ? [] : [[field.name, requiring(field.requires)] as const],
      );
      return [name, Object.fromEntries(required)] as const;
    };
    return Object.fromEntries(this.#entities.map(ofEntity));
  }
}
