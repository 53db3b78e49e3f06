import type { GraphQLSchema } from 'graphql';

/** Returns a warning if the supergraph has a Subscription type, because no operation on it is executed. */
export function subscriptionWarning(supergraph: GraphQLSchema): string | undefined {
  const type = supergraph.getSubscriptionType();
  return type ? `The schemas have a ${type.name} type, but subscriptions are not supported.` : undefined;
}
