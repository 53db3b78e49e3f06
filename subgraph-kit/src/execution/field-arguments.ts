import { BREAK, type FieldNode, type GraphQLField, getArgumentValues, visit } from 'graphql';

export type Arguments = Record<string, unknown>;

type Variables = Readonly<Record<string, unknown>>;

/** What gives a field's arguments, as an object that its resolver may keep and change. It throws where they don't fit. */
export function compileArguments(
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
): (variables: Variables) => Arguments {
  if (definition.args.length === 0) return () => ({});
  const constants = constantsOf(definition, node);
  return constants ? () => ({ ...constants }) : (variables) => getArgumentValues(definition, node, variables);
}

/** Undefined where they aren't the same at each call, or hold an object, which would be the same one at each. */
function constantsOf(definition: GraphQLField<unknown, unknown>, node: FieldNode): Arguments | undefined {
  if (node.arguments?.some(hasVariable)) return undefined;
  try {
    const values = getArgumentValues(definition, node);
    return Object.values(values).every((value) => typeof value !== 'object' || value === null) ? values : undefined;
  } catch {
    return undefined; // it throws where it is called, as the field's error
  }
}

function hasVariable(node: NonNullable<FieldNode['arguments']>[number]): boolean {
  let found = false;
  visit(node, {
    Variable() {
      found = true;
      return BREAK;
    },
  });
  return found;
}
