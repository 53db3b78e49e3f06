// Generated from schema.graphql by `npm run codegen`.
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { Context } from './context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /**
   * An exact amount of money. Input: `"10.50"`, `10.5` or `10`, at most two decimals, more than zero if it is an amount to
   * pay. Output: a string, `"10.50"`.
   */
  Money: { input: unknown; output: number; }
  _FieldSet: { input: unknown; output: unknown; }
};

export type CacheControlScope =
  | 'PUBLIC'
  | 'PRIVATE';

export type Query = {
  /** The product with this id; null if it does not exist. */
  product?: Maybe<Product>;
  /** Products in id order: `first` of them, 1 to 100, after the id that the last page ended with. */
  products: Array<Product>;
  /** Products in id order as a connection: `first` of them, 1 to 100, after a cursor. */
  productsConnection: ProductConnection;
};


export type QueryProductArgs = {
  id: Scalars['ID']['input'];
};


export type QueryProductsArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryProductsConnectionArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};

export type Mutation = {
  /**
   * Creates a product. The name has 1 to 100 characters and is trimmed; the stock is 0 or more.
   *
   * Sent again with the same `idempotencyKey` and arguments, it returns the product that the first one created. All callers
   * share the keys of this subgraph: use random ones, such as UUIDs.
   *
   * No product is created after `BAD_USER_INPUT`, `IDEMPOTENCY_KEY_REUSED` and `SUBGRAPH_UNAVAILABLE`. After `OUTCOME_UNKNOWN`
   * and `DEADLINE_EXCEEDED` one may have been: send it again with the same `idempotencyKey` to find out.
   */
  createProduct: Product;
  /**
   * Puts more of a product into stock, 1 or more.
   *
   * Sent again with the same `idempotencyKey` and arguments, it adds nothing and returns the product. All callers share the
   * keys of this subgraph: use random ones, such as UUIDs.
   *
   * Nothing is added after `BAD_USER_INPUT`, `PRODUCT_NOT_FOUND`, `IDEMPOTENCY_KEY_REUSED` and `SUBGRAPH_UNAVAILABLE`. After
   * `OUTCOME_UNKNOWN` and `DEADLINE_EXCEEDED` it may have been: send it again with the same `idempotencyKey` to find out.
   */
  restock: Product;
  /**
   * Takes the items of an order out of stock: all of them, or none. Only the orders subgraph calls it.
   *
   * Sent again, it takes nothing and returns the first reservation with its prices. After `releaseStock` of the order it is
   * refused, even if it reserves for the first time.
   *
   * Errors: `BAD_USER_INPUT`, `PRODUCT_NOT_FOUND`, `INSUFFICIENT_STOCK`, `RESERVATION_RELEASED`.
   */
  reserveStock: Reservation;
  /**
   * Puts back what an order has reserved, once, even if it is sent again. If the order has reserved nothing, it can't any
   * more.
   *
   * Errors: `BAD_USER_INPUT`.
   */
  releaseStock: ReleasedReservation;
};


export type MutationCreateProductArgs = {
  name: Scalars['String']['input'];
  price: Scalars['Money']['input'];
  stock: Scalars['Int']['input'];
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


export type MutationRestockArgs = {
  productId: Scalars['ID']['input'];
  quantity: Scalars['Int']['input'];
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


export type MutationReserveStockArgs = {
  orderId: Scalars['ID']['input'];
  items: Array<ReservationItem>;
};


export type MutationReleaseStockArgs = {
  orderId: Scalars['ID']['input'];
};

/**
 * An object that `node` finds by an id that no other object of the graph has, as Relay's clients need it:
 * https://relay.dev/graphql/objectidentification.htm
 */
export type Node = {
  /** Opaque, and unlike `id` unique in the whole graph. */
  nodeId: Scalars['ID']['output'];
};

/** An article for sale. */
export type Product = Node & {
  id: Scalars['ID']['output'];
  nodeId: Scalars['ID']['output'];
  name: Scalars['String']['output'];
  price: Scalars['Money']['output'];
  /** Number of pieces that no order has reserved. */
  stock: Scalars['Int']['output'];
};

/** A page of products with cursors: https://relay.dev/graphql/connections.htm */
export type ProductConnection = {
  edges: Array<ProductEdge>;
  pageInfo: PageInfo;
};

export type ProductEdge = {
  node: Product;
  /** Opaque; valid as `after` in every connection of products. */
  cursor: Scalars['String']['output'];
};

/** The place of a page in its connection. */
export type PageInfo = {
  hasNextPage: Scalars['Boolean']['output'];
  /** True if the page was selected with `after`. */
  hasPreviousPage: Scalars['Boolean']['output'];
  /** Null if the page is empty. */
  startCursor?: Maybe<Scalars['String']['output']>;
  /** The cursor for `after` of the next page; null if the page is empty. */
  endCursor?: Maybe<Scalars['String']['output']>;
};

export type ReservationItem = {
  productId: Scalars['ID']['input'];
  quantity: Scalars['Int']['input'];
};

/** Items that an order has taken out of stock. */
export type Reservation = {
  orderId: Scalars['ID']['output'];
  items: Array<ReservedItem>;
};

export type ReservedItem = {
  productId: Scalars['ID']['output'];
  quantity: Scalars['Int']['output'];
  /** Price of one piece when it was reserved. */
  price: Scalars['Money']['output'];
};

export type ReleasedReservation = {
  orderId: Scalars['ID']['output'];
};



export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ReferenceResolver<TResult, TReference, TContext> = (
      reference: TReference,
      context: TContext,
      info: GraphQLResolveInfo
    ) => Promise<TResult> | TResult;

      type ScalarCheck<T, S> = S extends true ? T : NullableCheck<T, S>;
      type NullableCheck<T, S> = Maybe<T> extends T ? Maybe<ListCheck<NonNullable<T>, S>> : ListCheck<T, S>;
      type ListCheck<T, S> = T extends (infer U)[] ? NullableCheck<U, S>[] : GraphQLRecursivePick<T, S>;
      export type GraphQLRecursivePick<T, S> = { [K in keyof T & keyof S]: ScalarCheck<T[K], S[K]> };
    

export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

/** Mapping of federation types */
export type FederationTypes = {
  Product: Product;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Product:
    ( { __typename: 'Product' }
    & GraphQLRecursivePick<FederationTypes['Product'], {"id":true}> );
};


/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Node: ( Omit<Product, 'nodeId'> );
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Money: ResolverTypeWrapper<Scalars['Money']['output']>;
  CacheControlScope: CacheControlScope;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Node: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Node']>;
  Product: ResolverTypeWrapper<Omit<Product, 'nodeId'>>;
  ProductConnection: ResolverTypeWrapper<Omit<ProductConnection, 'edges'> & { edges: Array<ResolversTypes['ProductEdge']> }>;
  ProductEdge: ResolverTypeWrapper<Omit<ProductEdge, 'node'> & { node: ResolversTypes['Product'] }>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  ReservationItem: ReservationItem;
  Reservation: ResolverTypeWrapper<Reservation>;
  ReservedItem: ResolverTypeWrapper<ReservedItem>;
  ReleasedReservation: ResolverTypeWrapper<ReleasedReservation>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Money: Scalars['Money']['output'];
  Query: Record<PropertyKey, never>;
  ID: Scalars['ID']['output'];
  String: Scalars['String']['output'];
  Mutation: Record<PropertyKey, never>;
  Node: ResolversInterfaceTypes<ResolversParentTypes>['Node'];
  Product: Omit<Product, 'nodeId'>;
  ProductConnection: Omit<ProductConnection, 'edges'> & { edges: Array<ResolversParentTypes['ProductEdge']> };
  ProductEdge: Omit<ProductEdge, 'node'> & { node: ResolversParentTypes['Product'] };
  PageInfo: PageInfo;
  ReservationItem: ReservationItem;
  Reservation: Reservation;
  ReservedItem: ReservedItem;
  ReleasedReservation: ReleasedReservation;
  Int: Scalars['Int']['output'];
  Boolean: Scalars['Boolean']['output'];
};

export type CacheControlDirectiveArgs = {
  maxAge?: Maybe<Scalars['Int']['input']>;
  scope?: Maybe<CacheControlScope>;
  inheritMaxAge?: Maybe<Scalars['Boolean']['input']>;
};

export type CacheControlDirectiveResolver<Result, Parent, ContextType = Context, Args = CacheControlDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export interface MoneyScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Money'], any> {
  name: 'Money';
}

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  product?: Resolver<Maybe<ResolversTypes['Product']>, ParentType, ContextType, RequireFields<QueryProductArgs, 'id'>>;
  products?: Resolver<Array<ResolversTypes['Product']>, ParentType, ContextType, RequireFields<QueryProductsArgs, 'first'>>;
  productsConnection?: Resolver<ResolversTypes['ProductConnection'], ParentType, ContextType, RequireFields<QueryProductsConnectionArgs, 'first'>>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  createProduct?: Resolver<ResolversTypes['Product'], ParentType, ContextType, RequireFields<MutationCreateProductArgs, 'name' | 'price' | 'stock'>>;
  restock?: Resolver<ResolversTypes['Product'], ParentType, ContextType, RequireFields<MutationRestockArgs, 'productId' | 'quantity'>>;
  reserveStock?: Resolver<ResolversTypes['Reservation'], ParentType, ContextType, RequireFields<MutationReserveStockArgs, 'orderId' | 'items'>>;
  releaseStock?: Resolver<ResolversTypes['ReleasedReservation'], ParentType, ContextType, RequireFields<MutationReleaseStockArgs, 'orderId'>>;
};

export type NodeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'Product', ParentType, ContextType>;
};

export type ProductResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Product'] = ResolversParentTypes['Product'], FederationReferenceType extends FederationReferenceTypes['Product'] = FederationReferenceTypes['Product']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Product']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  nodeId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  price?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  stock?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ProductConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ProductConnection'] = ResolversParentTypes['ProductConnection']> = {
  edges?: Resolver<Array<ResolversTypes['ProductEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ProductEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ProductEdge'] = ResolversParentTypes['ProductEdge']> = {
  node?: Resolver<ResolversTypes['Product'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ReservationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Reservation'] = ResolversParentTypes['Reservation']> = {
  orderId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  items?: Resolver<Array<ResolversTypes['ReservedItem']>, ParentType, ContextType>;
};

export type ReservedItemResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ReservedItem'] = ResolversParentTypes['ReservedItem']> = {
  productId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  quantity?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  price?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
};

export type ReleasedReservationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ReleasedReservation'] = ResolversParentTypes['ReleasedReservation']> = {
  orderId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  Money?: GraphQLScalarType;
  Query?: QueryResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  Node?: NodeResolvers<ContextType>;
  Product?: ProductResolvers<ContextType>;
  ProductConnection?: ProductConnectionResolvers<ContextType>;
  ProductEdge?: ProductEdgeResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Reservation?: ReservationResolvers<ContextType>;
  ReservedItem?: ReservedItemResolvers<ContextType>;
  ReleasedReservation?: ReleasedReservationResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = Context> = {
  cacheControl?: CacheControlDirectiveResolver<any, any, ContextType>;
};
