import { BREAK, type FieldNode, type GraphQLField, getArgumentValues, visit } from 'graphql';

export type Arguments = Record<string, unknown>;

type Variables = Readonly<Record<string, unknown>>;

/** Compiles a function that returns a field's arguments as a new object, and throws if they don't fit. */
export function compileArguments(
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
): (variables: Variables) => Arguments {
  if (definition.args.length === 0) return () => ({});
  const constants = constantsOf(definition, node);
  return constants ? () => ({ ...constants }) : (variables) => getArgumentValues(definition, node, variables);
}

/** Returns arguments that are the same at each call; undefined if they vary, or hold an object, which calls would share. */
function constantsOf(definition: GraphQLField<unknown, unknown>, node: FieldNode): Arguments | undefined {
  if (node.arguments?.some(hasVariable)) return undefined;
  try {
    const values = getArgumentValues(definition, node);
    return Object.values(values).every((value) => typeof value !== 'object' || value === null) ? values : undefined;
  } catch {
    return undefined; // it throws again at the call, as the field's error
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
