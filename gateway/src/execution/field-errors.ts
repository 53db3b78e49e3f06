import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { type AnswerBudget, ERROR_COST } from './answer-budget.ts';
import type { Path } from './fetching/places.ts';
import type { ResponseTree } from './response-tree.ts';

interface PathNode extends Map<string | number, PathNode> {}

/** Errors of one execution, each at its path in the client's answer. */
export class FieldErrors {
  readonly list: GraphQLError[] = [];
  readonly #response: ResponseTree;
  readonly #budget: AnswerBudget;
  readonly #seen = new Set<string>();
  /** Paths of the errors, as a tree. */
  readonly #paths: PathNode = new Map();

  constructor(response: ResponseTree, budget: AnswerBudget) {
    this.#response = response;
    this.#budget = budget;
  }

  /** Adds an error of a subgraph's answer, at a path of the plan. */
  addFromSubgraph(subgraph: string, error: GraphQLFormattedError, path: Path): void {
    const { message, extensions } = error;
    this.#add(typeof message === 'string' ? message : 'An error without a message', path, {
      code: 'DOWNSTREAM_SERVICE_ERROR',
      ...extensions,
      serviceName: subgraph,
    });
  }

  /** Adds the reason why a call failed, at a path of the plan that waited for it. */
  addFailure(error: unknown, path: Path): void {
    const message = error instanceof Error ? error.message : String(error);
    const extensions = error instanceof GraphQLError ? error.extensions : { code: 'INTERNAL_SERVER_ERROR' };
    this.#add(message, path, { ...extensions }, error instanceof Error ? error : undefined);
  }

  /** Adds an error for a value that the schema forbids, at a path of the client's answer. */
  addInvalid(message: string, path: Path): void {
    this.#budget.take(ERROR_COST);
    this.list.push(new GraphQLError(message, { path, extensions: { code: 'INTERNAL_SERVER_ERROR' } }));
  }

  /**
   * Returns true if a subgraph's error is at the path or below it.
   *
   * @param length number of elements of `path` that count
   */
  explains(path: Path, length: number): boolean {
    let node: PathNode | undefined = this.#paths;
    if (node.size === 0) return false;
    for (let index = 0; index < length && node; index++) node = node.get(path[index] ?? '');
    return node !== undefined;
  }

  #add(message: string, path: Path, extensions: Record<string, unknown>, originalError?: Error): void {
    this.#budget.take(ERROR_COST);
    const clientPath = this.#response.clientPath(path);
    const key = JSON.stringify([message, clientPath, extensions]);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    let node = this.#paths;
    for (const element of clientPath) {
      const next = node.get(element) ?? new Map();
      node.set(element, next);
      node = next;
    }
    this.list.push(
      new GraphQLError(message, {
        path: clientPath.length > 0 ? clientPath : null,
        extensions,
        ...(originalError && { originalError }),
      }),
    );
  }
}

/** Returns the errors of an answer, ignoring anything that isn't an error object. */
export function errorsOf(answer: GraphQLAnswer): readonly GraphQLFormattedError[] {
  return Array.isArray(answer.errors)
    ? answer.errors.filter((error) => typeof error === 'object' && error !== null)
    : [];
}
