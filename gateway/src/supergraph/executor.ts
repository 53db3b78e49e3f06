import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server';

type GatewayInterface = NonNullable<ApolloServerOptionsWithGateway<BaseContext>['gateway']>;

/** Function that Apollo Server calls to execute an operation. */
export type Executor = NonNullable<Awaited<ReturnType<GatewayInterface['load']>>['executor']>;

export type RequestContext = Parameters<Executor>[0];
