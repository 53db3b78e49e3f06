import { Kind, parse } from 'graphql';

/** Returns a warning if the supergraph has a Subscription type, because no operation on it is executed. */
export function subscriptionWarning(sdl: string): string | undefined {
  const roots = parse(sdl, { noLocation: true }).definitions.flatMap((node) =>
    node.kind === Kind.SCHEMA_DEFINITION ? node.operationTypes : [],
  );
  const root = roots.find(({ operation }) => operation === 'subscription');
  return root && `The schemas have a ${root.type.name.value} type, but subscriptions are not supported.`;
}
