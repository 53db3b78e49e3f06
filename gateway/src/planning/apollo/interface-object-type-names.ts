import { type CompositeType, Field, isInterfaceObjectType } from '@apollo/federation-internals';

interface RebaseOptions {
  readonly parentType: CompositeType;
  readonly errorIfCannotRebase: boolean;
}

/**
 * Lets the planner move the `__typename` of an interface object from one subgraph to another: it is the interface's name in
 * both. @apollo/federation-internals 2.14.4 refuses that, so that a field with `@requires` on an interface object can't be
 * planned in a fragment with `@include`: "Cannot add selection of field "Tree.__typename" to selection set of parent type
 * "Tree" that is potentially an interface object type at runtime". No upstream issue is known; interface-objects.test.ts
 * reproduces it.
 */
const { rebaseOn } = Field.prototype;

function rebaseTypeName(this: Field, options: RebaseOptions): Field | undefined {
  const { parentType } = options;
  const own = this.definition.parent;
  const isMoved = this.name === '__typename' && own !== parentType && own.name === parentType.name;
  const typeName = parentType.typenameField();
  if (!isMoved || !typeName || !isInterfaceObjectType(own) || !isInterfaceObjectType(parentType)) {
    return rebaseOn.call(this, options);
  }
  return this.withUpdatedDefinition(typeName);
}

Object.assign(Field.prototype, { rebaseOn: rebaseTypeName });
