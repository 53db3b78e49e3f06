import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { FetchConstants } from '../../execution/fetching/fetch-request.ts';
import { fieldPaths } from '../../planning/join-directives.ts';
import type { SupergraphDirectives } from '../../planning/planner.ts';

/** Types of the objects that the answer to a document may hold. */
export interface DocumentTypes {
  /** All of them but root types, and those of the entities of an entity fetch themselves. */
  readonly inner: readonly string[];
  /** Entity types of which the document selects an object without one of its keys: it may be stored under that. */
  readonly keyless: ReadonlySet<string>;
  /** Texts, numbers and enum values that stand in the document. */
  readonly literals: ReadonlySet<string>;
}

type EntityKeys = SupergraphDirectives['entityKeys'];

/** Reads the types of documents that are sent to subgraphs. */
export class DocumentTypeReader {
  readonly #schema: GraphQLSchema;
  readonly #keys: EntityKeys;
  readonly #known = new WeakMap<FetchConstants, DocumentTypes>();

  /** @param schema schema of the supergraph */
  constructor(schema: GraphQLSchema, keys: EntityKeys) {
    this.#schema = schema;
    this.#keys = keys;
  }

  read(constants: FetchConstants): DocumentTypes {
    let types = this.#known.get(constants);
    if (!types) {
      types = this.#read(constants.query);
      this.#known.set(constants, types);
    }
    return types;
  }

  #read(query: string): DocumentTypes {
    const schema = this.#schema;
    const roots = new Set<unknown>([schema.getQueryType(), schema.getMutationType()].filter(Boolean));
    const inner = new Set<string>();
    const keyless = new Set<string>();
    const literals = new Set<string>();
    const info = new TypeInfo(schema);
    let depth = 0;
    const addLiteral = ({ value }: { readonly value: string }) => void literals.add(value);
    const document = parse(query, { noLocation: true });
    visit(
      document,
      visitWithTypeInfo(info, {
        StringValue: addLiteral,
        IntValue: addLiteral,
        FloatValue: addLiteral,
        EnumValue: addLiteral,
        Field: {
          enter: () => {
            depth += 1;
          },
          leave: () => {
            depth -= 1;
          },
        },
        SelectionSet: (selections) => {
          const type = getNamedType(info.getType() ?? undefined);
          if (depth === 0 || roots.has(type)) return; // of the operation itself
          const isEntity = depth === 1 && isEntityFetch(document.definitions[0]);
          for (const one of isCompositeType(type) ? this.#related(type) : []) {
            if (!isEntity) inner.add(one.name);
            if (this.#lacksKey(one, selections)) keyless.add(one.name);
          }
          if (!isEntity && !isCompositeType(type)) inner.add(UNKNOWN);
        },
      }),
    );
    return { inner: [...inner], keyless, literals };
  }

  /** Returns whether a type has a key that the selections don't have whole. */
  #lacksKey({ name }: GraphQLNamedType, selections: SelectionSetNode): boolean {
    const keys = this.#keys.get(name);
    if (!keys) return false;
    const selected = new Set(fieldPaths(selections));
    return !keys.every(({ fields }) => fields.every((field) => selected.has(field)));
  }

  /** Returns a type, the interfaces that it has, and the types that it may stand for. */
  #related(type: GraphQLNamedType): GraphQLNamedType[] {
    const possible = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : [];
    const concrete = isObjectType(type) ? [type, ...possible] : possible;
    return [...new Set([type, ...possible, ...concrete.flatMap((one) => one.getInterfaces())])];
  }
}

/** Stands for the types of objects of which the supergraph knows none. */
const UNKNOWN = '?';

function isEntityFetch(definition: ReturnType<typeof parse>['definitions'][number] | undefined): boolean {
  if (definition?.kind !== Kind.OPERATION_DEFINITION) return false;
  return definition.selectionSet.selections.some((one) => one.kind === Kind.FIELD && one.name.value === '_entities');
}
