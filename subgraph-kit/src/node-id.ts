import { badUserInput } from '@lockstep/runtime/graphql/errors.ts';
import { toKey } from './arguments.ts';

/** Object that an opaque id names. */
export interface NodeReference<Type extends string = string> {
  readonly type: Type;
  readonly key: number;
}

/** Maximum length of an opaque id, so that nothing longer is decoded. */
const MAX_LENGTH = 255;

const DECODED = /^(\w+):(\d+)$/;

/** Returns an opaque id, unique in the whole graph, of the object of this type with this id. */
export function toNodeId(type: string, id: string): string {
  return Buffer.from(`${type}:${id}`).toString('base64url');
}

/** Returns the object that an argument with a `nodeId` names, of one of these types. @throws `BAD_USER_INPUT` */
export function parseNodeId<Type extends string>(
  argument: string,
  nodeId: string,
  types: readonly Type[],
): NodeReference<Type> {
  const found = decode(nodeId);
  const type = types.find((name) => name === found?.type);
  if (found === undefined || type === undefined) {
    throw badUserInput(argument, nodeId, 'must be the nodeId of an object, as this graph gave it');
  }
  return { type, key: found.key };
}

/** Returns the cursor of a row in the connections of a type, such as `UserConnection`. */
export function toCursor(connectionType: string, id: string): string {
  return toNodeId(connectionType, id);
}

/** Returns the key of the row that a cursor of these connections points to. @throws `BAD_USER_INPUT` */
export function parseCursor(argument: string, cursor: string, connectionType: string): number {
  const found = decode(cursor);
  if (found?.type !== connectionType) {
    throw badUserInput(argument, cursor, `must be a cursor of ${withArticle(connectionType)}, as this graph gave it`);
  }
  return found.key;
}

/** Decodes an opaque id; undefined if {@link toNodeId} never returns it, so that an object has one id only. */
function decode(text: string): NodeReference | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const [, type, id] = DECODED.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  const key = toKey(id);
  return type === undefined || id === undefined || key === undefined || toNodeId(type, id) !== text
    ? undefined
    : { type, key };
}

function withArticle(name: string): string {
  return `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`;
}
