import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLDirective,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type NamedTypeNode,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

type Variables = Readonly<Record<string, unknown>>;

/** `cache-control` of an answer that may not be stored. */
export const NO_STORE = 'no-store';

/** Arguments of a `@cacheControl`. */
interface Hint {
  /** In seconds; undefined if it says nothing about that. */
  readonly maxAge?: number | undefined;
  readonly scope?: unknown;
  readonly inheritMaxAge?: unknown;
}

/** Node that may have a hint. */
type Hinted = Parameters<typeof getDirectiveValues>[1];

/** Field for which Apollo's library makes the hints of the entities' types those of the answer. */
const ENTITIES = '_entities';

/**
 * The `@cacheControl` hints of a schema. They mean what they do for ApolloServerPluginCacheControl, which collects them at each field
 * of each answer. They are part of the schema, so that one look at an operation will do; an answer has the strictest of all types
 * that it may hold then.
 *
 * @see https://www.apollographql.com/docs/apollo-server/performance/caching
 */
export class CacheHints {
  readonly #schema: GraphQLSchema;
  readonly #directive: GraphQLDirective;

  private constructor(schema: GraphQLSchema, directive: GraphQLDirective) {
    this.#schema = schema;
    this.#directive = directive;
  }

  /** Returns undefined if the schema doesn't define the directive. */
  static of(schema: GraphQLSchema): CacheHints | undefined {
    const directive = schema.getDirective('cacheControl');
    return directive ? new CacheHints(schema, directive) : undefined;
  }

  /** Returns the `cache-control` of answers without errors. @param conditions values of the variables in `@skip` and `@include` */
  cacheControlOf(
    operation: OperationDefinitionNode,
    fragments: Readonly<Record<string, FragmentDefinitionNode>>,
    conditions: Variables,
  ): string {
    const root = this.#schema.getQueryType();
    if (!root || operation.operation !== OperationTypeNode.QUERY) return NO_STORE;
    const walk = new Walk(this, { root, fragments, conditions });
    walk.visit([root], operation.selectionSet);
    return walk.toString();
  }

  /** Returns the types of the objects that a type may stand for. */
  typesOf(type: GraphQLNamedType | NamedTypeNode | undefined): readonly GraphQLObjectType[] {
    const known = type && 'kind' in type ? this.#schema.getType(type.name.value) : type;
    if (isAbstractType(known)) return this.#schema.getPossibleTypes(known);
    return isObjectType(known) ? [known] : [];
  }

  /** Returns the hint for a field, made of its own and of that of its type. */
  ofField({ type, astNode }: GraphQLField<unknown, unknown>, isRoot: boolean): Hint {
    const named = getNamedType(type);
    const isComposite = isCompositeType(named);
    const ofType = isComposite ? this.ofType(named) : {};
    const own = this.#read([astNode]);
    const scope = own.scope ?? ofType.scope;
    const inherits = ofType.inheritMaxAge === true || (own.inheritMaxAge === true && ofType.maxAge === undefined);
    const maxAge = own.maxAge ?? ofType.maxAge;
    return { scope, maxAge: maxAge ?? ((isComposite && !inherits) || isRoot ? 0 : undefined) };
  }

  ofType({ astNode, extensionASTNodes }: GraphQLNamedType): Hint {
    return this.#read([astNode, ...extensionASTNodes]);
  }

  #read(nodes: readonly (Hinted | null | undefined)[]): Hint {
    for (const node of nodes) {
      const { maxAge, ...hint }: Hint = (node && getDirectiveValues(this.#directive, node)) ?? {};
      if (hint.inheritMaxAge === true) return hint;
      if (maxAge !== undefined || hint.scope !== undefined) return { ...hint, maxAge };
    }
    return {};
  }
}

interface Place {
  readonly root: GraphQLObjectType;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly conditions: Variables;
}

/** Way through the fields of an operation, which finds the strictest hint. Each fragment is visited once. */
class Walk {
  readonly #hints: CacheHints;
  readonly #place: Place;
  readonly #spread = new Set<string>();
  #maxAge: number | undefined;
  #isPrivate = false;

  constructor(hints: CacheHints, place: Place) {
    this.#hints = hints;
    this.#place = place;
  }

  /** @param types of the objects that may be there */
  visit(types: readonly GraphQLObjectType[], { selections }: SelectionSetNode): void {
    const { fragments, conditions } = this.#place;
    for (const node of selections) {
      if (!isIncluded(node, conditions)) continue;
      if (node.kind === Kind.FIELD) this.#visitField(types, node);
      else if (node.kind === Kind.INLINE_FRAGMENT)
        this.visit(this.#narrow(types, node.typeCondition), node.selectionSet);
      else {
        const fragment = fragments[node.name.value];
        if (!fragment || this.#spread.has(node.name.value)) continue;
        this.#spread.add(node.name.value);
        this.visit(this.#hints.typesOf(fragment.typeCondition), fragment.selectionSet);
      }
    }
  }

  toString(): string {
    if (this.#maxAge === undefined || this.#maxAge <= 0) return NO_STORE;
    return `max-age=${this.#maxAge}, ${this.#isPrivate ? 'private' : 'public'}`;
  }

  #visitField(types: readonly GraphQLObjectType[], { name, selectionSet }: FieldNode): void {
    const below = new Set<GraphQLObjectType>();
    for (const type of types) {
      const field = type.getFields()[name.value];
      if (!field) continue; // of introspection
      const isRoot = type === this.#place.root;
      if (isRoot && field.name === ENTITIES) this.#restrictToEntities(selectionSet);
      else this.#restrict(this.#hints.ofField(field, isRoot));
      for (const one of this.#hints.typesOf(getNamedType(field.type))) below.add(one);
    }
    if (selectionSet) this.visit([...below], selectionSet);
  }

  /** Applies the hints of the types of which entities are selected. */
  #restrictToEntities(selectionSet: SelectionSetNode | undefined): void {
    for (const node of selectionSet?.selections ?? []) {
      const condition =
        node.kind === Kind.FRAGMENT_SPREAD
          ? this.#place.fragments[node.name.value]?.typeCondition
          : node.kind === Kind.INLINE_FRAGMENT
            ? node.typeCondition
            : undefined;
      for (const type of this.#hints.typesOf(condition)) {
        const { maxAge = 0, scope } = this.#hints.ofType(type);
        this.#restrict({ maxAge, scope });
      }
    }
  }

  #restrict({ maxAge, scope }: Hint): void {
    if (maxAge !== undefined) this.#maxAge = Math.min(this.#maxAge ?? maxAge, maxAge);
    if (scope === 'PRIVATE') this.#isPrivate = true;
  }

  #narrow(types: readonly GraphQLObjectType[], condition: NamedTypeNode | undefined): readonly GraphQLObjectType[] {
    if (!condition) return types;
    const allowed = new Set(this.#hints.typesOf(condition));
    return types.filter((type) => allowed.has(type));
  }
}

function isIncluded(node: SelectionNode, conditions: Variables): boolean {
  return (
    getDirectiveValues(GraphQLSkipDirective, node, conditions)?.if !== true &&
    getDirectiveValues(GraphQLIncludeDirective, node, conditions)?.if !== false
  );
}
