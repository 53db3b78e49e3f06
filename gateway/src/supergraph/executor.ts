import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server';

type GatewayInterface = NonNullable<ApolloServerOptionsWithGateway<BaseContext>['gateway']>;

/** What Apollo Server has an operation run by. */
export type Executor = NonNullable<Awaited<ReturnType<GatewayInterface['load']>>['executor']>;

export type RequestContext = Parameters<Executor>[0];
