import {
  type GraphQLOutputType,
  type GraphQLSchema,
  isListType,
  isNonNullType,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { inlineFragments } from '../../planning/plan/inlined-operation.ts';
import { operationOf } from '../../planning/plan/operation-document.ts';

type Path = readonly (string | number)[];

/**
 * Types of the values in the answer to an operation, by their response keys. Two fields of one response key agree on where
 * null may stand, whatever the types around them: https://spec.graphql.org/October2021/#SameResponseShape()
 */
export class AnswerShape {
  readonly #types = new Map<string, GraphQLOutputType>();

  constructor(schema: GraphQLSchema, query: string) {
    const document = parse(query);
    const types = new TypeInfo(schema);
    const keys: string[] = [];
    const visitor = visitWithTypeInfo(types, {
      Field: {
        enter: ({ alias, name }) => {
          keys.push((alias ?? name).value);
          const type = types.getType();
          // graphql-js lets `__typename` share its key with nullable fields of other types.
          if (type && name.value !== '__typename') this.#types.set(keys.join(), type);
        },
        leave: () => void keys.pop(),
      },
    });
    visit(inlineFragments(document, operationOf(document, undefined)), visitor);
  }

  /** Returns true if null may stand at a path. */
  isNullable(path: Path): boolean {
    const keys = path.filter((key) => typeof key === 'string');
    let type = this.#types.get(keys.join());
    const depth = path.length - 1 - path.findLastIndex((key) => typeof key === 'string');
    for (let level = 0; level < depth && type; level++) {
      const list: GraphQLOutputType = isNonNullType(type) ? type.ofType : type;
      type = isListType(list) ? list.ofType : undefined;
    }
    return !isNonNullType(type);
  }
}
