import { isRecord } from '@lockstep/runtime/json-record.ts';
import { type GraphQLSchema, isInterfaceType } from 'graphql';
import { toNodeId } from './node-id.ts';

/** Gives the types that implement `Node` a resolver of `nodeId`, made of the type's name and the object's `id`. */
export function resolveNodeIds(schema: GraphQLSchema): void {
  const node = schema.getType('Node');
  if (!isInterfaceType(node)) return;
  for (const type of schema.getPossibleTypes(node)) {
    const { nodeId } = type.getFields();
    if (nodeId) nodeId.resolve ??= (source: unknown) => toNodeId(type.name, idOf(source));
  }
}

function idOf(source: unknown): string {
  if (isRecord(source) && (typeof source.id === 'string' || typeof source.id === 'number')) return String(source.id);
  throw new TypeError('a node has no id');
}
