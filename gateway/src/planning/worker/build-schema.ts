import { setTimeout as delay } from 'node:timers/promises';
import {
  type DefinitionNode,
  type GraphQLNamedType,
  GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
  parse,
  specifiedDirectives,
} from 'graphql';
import { extendSchemaImpl } from 'graphql/utilities/extendSchema.js';
import type { SchemaParts } from './schema-parts.ts';

/** Time for which a schema is built before other work goes on, and for which it then has the thread for itself: a request
 * takes several turns of the event loop, and would wait for a slice in each of them. */
const SLICE_MS = 5;
const PAUSE_MS = 15;

const EMPTY = new GraphQLSchema({ assumeValid: true }).toConfig();

/**
 * Builds a schema from its parts, as `buildASTSchema` does (https://github.com/graphql/graphql-js/blob/v16.15.0/src/utilities/buildASTSchema.ts),
 * but gives way to other work: at once, one of 3,000 types blocks the thread for 100 ms.
 */
export async function buildSchemaInSlices({ definitions, description, ...roots }: SchemaParts): Promise<GraphQLSchema> {
  const slices = new Slices();
  const nodes: DefinitionNode[] = [];
  for (const part of definitions) {
    nodes.push(...parse(part, { noLocation: true }).definitions);
    await slices.next();
  }
  await slices.pauseIfLong();
  const config = extendSchemaImpl({ ...EMPTY, directives: [] }, { kind: Kind.DOCUMENT, definitions: nodes });
  const types = new Map<string | undefined, GraphQLNamedType>();
  for (const type of config.types) {
    types.set(type.name, type);
    resolveReferences(type);
    await slices.next();
  }
  await slices.pauseIfLong(); // the constructor takes 15 ms for 3,000 types
  const rootOf = (name: string | undefined) => {
    const type = types.get(name);
    return isObjectType(type) ? type : undefined;
  };
  const directives = [...specifiedDirectives, ...config.directives];
  return new GraphQLSchema({
    ...config,
    ...{ description, directives, assumeValid: true },
    query: rootOf(roots.query),
    mutation: rootOf(roots.mutation),
    subscription: rootOf(roots.subscription),
  });
}

/** Resolves the fields of a type, which graphql-js defers until they are first read. */
function resolveReferences(type: GraphQLNamedType): void {
  if (isObjectType(type) || isInterfaceType(type)) {
    type.getInterfaces();
    type.getFields();
  } else if (isInputObjectType(type)) type.getFields();
  else if (isUnionType(type)) type.getTypes();
}

/** Slices of a long task. */
class Slices {
  #began = performance.now();
  #isLong = false;

  /** Lets other work go on if the current slice has lasted long enough. */
  async next(): Promise<void> {
    if (performance.now() - this.#began < SLICE_MS) return;
    await this.#pause();
  }

  /** Lets other work go on before a part that can't be sliced, if the task has paused before: then it is a long one. */
  async pauseIfLong(): Promise<void> {
    if (this.#isLong) await this.#pause();
  }

  async #pause(): Promise<void> {
    this.#isLong = true;
    await delay(PAUSE_MS);
    this.#began = performance.now();
  }
}
