// Generated from schema.graphql by `npm run codegen`.
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { Order as OrderObject } from './database/orders.ts';
import type { FoundNode } from './find-node.ts';
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
  /** A point in time: ISO 8601 in UTC, such as `2026-11-22T21:30:00.000Z`. */
  DateTime: { input: Date; output: Date; }
  _FieldSet: { input: unknown; output: unknown; }
};

export type Query = {
  /** The order with this id; null if it does not exist. */
  order?: Maybe<Order>;
  /** Orders in id order, of one user or of all: `first` of them, 1 to 100, after the id that the last page ended with. */
  orders: Array<Order>;
  /** Orders in id order as a connection, of one user or of all: `first` of them, 1 to 100, after a cursor. */
  ordersConnection: OrderConnection;
  /** The object with this `nodeId`, of whatever type; null if it does not exist. */
  node?: Maybe<Node>;
};


export type QueryOrderArgs = {
  id: Scalars['ID']['input'];
};


export type QueryOrdersArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['ID']['input']>;
  userId?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryOrdersConnectionArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
  userId?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};

export type Mutation = {
  /**
   * Creates an order for a user who exists.
   *
   * Sent again with the same `idempotencyKey` and arguments, it returns the order that the first one created. Keys are the
   * user's own: another user may have the same.
   *
   * No order is created after `BAD_USER_INPUT`, `USER_NOT_FOUND`, `IDEMPOTENCY_KEY_REUSED` and `SUBGRAPH_UNAVAILABLE`. After
   * `OUTCOME_UNKNOWN` and `DEADLINE_EXCEEDED` one may have been: send it again with the same `idempotencyKey` to find out.
   */
  createOrder: Order;
  /**
   * Orders products for a user who exists: takes them out of stock at their current prices and confirms the order. It orders
   * all of them or none: if it fails, the order is CANCELLED and what was reserved goes back into stock.
   *
   * At most 100 items, each of 1 to 1,000 pieces; a product that is named twice is one item.
   *
   * Sent again with the same `idempotencyKey` and arguments, it returns the outcome of the first one, and never orders twice.
   * To order again after a cancelled order, use a new key. Keys are the user's own: another user may have the same.
   *
   * Nothing is ordered after `BAD_USER_INPUT`, `USER_NOT_FOUND`, `PRODUCT_NOT_FOUND`, `INSUFFICIENT_STOCK`,
   * `IDEMPOTENCY_KEY_REUSED` and `SUBGRAPH_UNAVAILABLE`. After `OUTCOME_UNKNOWN` and `DEADLINE_EXCEEDED` the order may have
   * been confirmed: send it again with the same `idempotencyKey` to find out.
   */
  checkout: Order;
  /**
   * Cancels an order. What it had reserved goes back into stock, once, even if it is cancelled again; if the products subgraph
   * can't be reached, as soon as it can.
   *
   * The order is as it was after `BAD_USER_INPUT`, `ORDER_NOT_FOUND` and `SUBGRAPH_UNAVAILABLE`. After `OUTCOME_UNKNOWN` and
   * `DEADLINE_EXCEEDED` it may be cancelled: ask for its status, or cancel it again.
   */
  cancelOrder: Order;
};


export type MutationCreateOrderArgs = {
  userId: Scalars['ID']['input'];
  amount: Scalars['Money']['input'];
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


export type MutationCheckoutArgs = {
  userId: Scalars['ID']['input'];
  items: Array<CheckoutItem>;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


export type MutationCancelOrderArgs = {
  id: Scalars['ID']['input'];
};

/** A number of pieces of one product. */
export type CheckoutItem = {
  productId: Scalars['ID']['input'];
  /** 1 to 1,000. */
  quantity: Scalars['Int']['input'];
};

/**
 * An object that `node` finds by an id that no other object of the graph has, as Relay's clients need it:
 * https://relay.dev/graphql/objectidentification.htm
 */
export type Node = {
  /** Opaque, and unlike `id` unique in the whole graph. */
  nodeId: Scalars['ID']['output'];
};

/** An order of a user. */
export type Order = Node & {
  id: Scalars['ID']['output'];
  nodeId: Scalars['ID']['output'];
  userId: Scalars['ID']['output'];
  /** Null if the user does not exist or the users subgraph can't be reached. */
  user?: Maybe<User>;
  /** Exact sum of the items; 0.00 for a checkout that has reserved nothing. */
  amount: Scalars['Money']['output'];
  status: OrderStatus;
  createdAt: Scalars['DateTime']['output'];
  /** Items by product; none if the order was created with an amount only. */
  items: Array<OrderItem>;
};

/** A number of pieces of one product in an order. */
export type OrderItem = {
  productId: Scalars['ID']['output'];
  /** Null if the product does not exist or the products subgraph can't be reached. */
  product?: Maybe<Product>;
  quantity: Scalars['Int']['output'];
  /** Price of one piece when it was reserved; null if nothing was. */
  price?: Maybe<Scalars['Money']['output']>;
};

export type OrderStatus =
  /** Not settled yet. */
  | 'PENDING'
  /** All of its items are taken out of stock. */
  | 'CONFIRMED'
  /** Final. What it had reserved is back in stock, or will be as soon as products can be reached. */
  | 'CANCELLED';

/** A page of orders with cursors: https://relay.dev/graphql/connections.htm */
export type OrderConnection = {
  edges: Array<OrderEdge>;
  pageInfo: PageInfo;
};

export type OrderEdge = {
  node: Order;
  /** Opaque; valid as `after` in every connection of orders. */
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

export type User = Node & {
  id: Scalars['ID']['output'];
  /** The user's orders in id order: `first` of them, 1 to 100, after the id that the last page ended with. */
  orders?: Maybe<Array<Order>>;
  /** The user's orders in id order as a connection: `first` of them, 1 to 100, after a cursor. */
  ordersConnection?: Maybe<OrderConnection>;
  nodeId: Scalars['ID']['output'];
};


export type UserOrdersArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['ID']['input']>;
};


export type UserOrdersConnectionArgs = {
  first?: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
};

export type Product = Node & {
  id: Scalars['ID']['output'];
  nodeId: Scalars['ID']['output'];
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
  Order: Order;
  User: User;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Order:
    ( { __typename: 'Order' }
    & GraphQLRecursivePick<FederationTypes['Order'], {"id":true}> );
  User:
    ( { __typename: 'User' }
    & GraphQLRecursivePick<FederationTypes['User'], {"id":true}> );
};



/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Money: ResolverTypeWrapper<Scalars['Money']['output']>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  CheckoutItem: CheckoutItem;
  Node: ResolverTypeWrapper<FoundNode>;
  Order: ResolverTypeWrapper<OrderObject>;
  OrderItem: ResolverTypeWrapper<Omit<OrderItem, 'product'> & { product?: Maybe<ResolversTypes['Product']> }>;
  OrderStatus: OrderStatus;
  OrderConnection: ResolverTypeWrapper<Omit<OrderConnection, 'edges'> & { edges: Array<ResolversTypes['OrderEdge']> }>;
  OrderEdge: ResolverTypeWrapper<Omit<OrderEdge, 'node'> & { node: ResolversTypes['Order'] }>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  User: ResolverTypeWrapper<Omit<Omit<User, 'orders' | 'ordersConnection'> & { orders?: Maybe<Array<ResolversTypes['Order']>>, ordersConnection?: Maybe<ResolversTypes['OrderConnection']> }, 'nodeId'>>;
  Product: ResolverTypeWrapper<Omit<Product, 'nodeId'>>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Money: Scalars['Money']['output'];
  DateTime: Scalars['DateTime']['output'];
  Query: Record<PropertyKey, never>;
  ID: Scalars['ID']['output'];
  Int: Scalars['Int']['output'];
  String: Scalars['String']['output'];
  Mutation: Record<PropertyKey, never>;
  CheckoutItem: CheckoutItem;
  Node: FoundNode;
  Order: OrderObject;
  OrderItem: Omit<OrderItem, 'product'> & { product?: Maybe<ResolversParentTypes['Product']> };
  OrderConnection: Omit<OrderConnection, 'edges'> & { edges: Array<ResolversParentTypes['OrderEdge']> };
  OrderEdge: Omit<OrderEdge, 'node'> & { node: ResolversParentTypes['Order'] };
  PageInfo: PageInfo;
  Boolean: Scalars['Boolean']['output'];
  User: Omit<Omit<User, 'orders' | 'ordersConnection'> & { orders?: Maybe<Array<ResolversParentTypes['Order']>>, ordersConnection?: Maybe<ResolversParentTypes['OrderConnection']> }, 'nodeId'>;
  Product: Omit<Product, 'nodeId'>;
};

export interface MoneyScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Money'], any> {
  name: 'Money';
}

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  order?: Resolver<Maybe<ResolversTypes['Order']>, ParentType, ContextType, RequireFields<QueryOrderArgs, 'id'>>;
  orders?: Resolver<Array<ResolversTypes['Order']>, ParentType, ContextType, RequireFields<QueryOrdersArgs, 'first'>>;
  ordersConnection?: Resolver<ResolversTypes['OrderConnection'], ParentType, ContextType, RequireFields<QueryOrdersConnectionArgs, 'first'>>;
  node?: Resolver<Maybe<ResolversTypes['Node']>, ParentType, ContextType, RequireFields<QueryNodeArgs, 'id'>>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  createOrder?: Resolver<ResolversTypes['Order'], ParentType, ContextType, RequireFields<MutationCreateOrderArgs, 'userId' | 'amount'>>;
  checkout?: Resolver<ResolversTypes['Order'], ParentType, ContextType, RequireFields<MutationCheckoutArgs, 'userId' | 'items'>>;
  cancelOrder?: Resolver<ResolversTypes['Order'], ParentType, ContextType, RequireFields<MutationCancelOrderArgs, 'id'>>;
};

export type NodeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'Order' | 'User' | 'Product', ParentType, ContextType>;
};

export type OrderResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Order'] = ResolversParentTypes['Order'], FederationReferenceType extends FederationReferenceTypes['Order'] = FederationReferenceTypes['Order']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Order']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  nodeId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  userId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  amount?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['OrderStatus'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  items?: Resolver<Array<ResolversTypes['OrderItem']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type OrderItemResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrderItem'] = ResolversParentTypes['OrderItem']> = {
  productId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  product?: Resolver<Maybe<ResolversTypes['Product']>, ParentType, ContextType>;
  quantity?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  price?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
};

export type OrderConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrderConnection'] = ResolversParentTypes['OrderConnection']> = {
  edges?: Resolver<Array<ResolversTypes['OrderEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type OrderEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrderEdge'] = ResolversParentTypes['OrderEdge']> = {
  node?: Resolver<ResolversTypes['Order'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type UserResolvers<ContextType = Context, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User'], FederationReferenceType extends FederationReferenceTypes['User'] = FederationReferenceTypes['User']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['User']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  orders?: Resolver<Maybe<Array<ResolversTypes['Order']>>, ParentType, ContextType, RequireFields<UserOrdersArgs, 'first'>>;
  ordersConnection?: Resolver<Maybe<ResolversTypes['OrderConnection']>, ParentType, ContextType, RequireFields<UserOrdersConnectionArgs, 'first'>>;
  nodeId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ProductResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Product'] = ResolversParentTypes['Product']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  nodeId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  Money?: GraphQLScalarType;
  DateTime?: GraphQLScalarType;
  Query?: QueryResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  Node?: NodeResolvers<ContextType>;
  Order?: OrderResolvers<ContextType>;
  OrderItem?: OrderItemResolvers<ContextType>;
  OrderConnection?: OrderConnectionResolvers<ContextType>;
  OrderEdge?: OrderEdgeResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  User?: UserResolvers<ContextType>;
  Product?: ProductResolvers<ContextType>;
};

