import { TransientMap } from '@lockstep/runtime/caching/transient-map.ts';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { FetchRequest } from '../execution/fetching/fetch-request.ts';
import type { CallContext } from './call-context.ts';
import type { Call, Step } from './call-step.ts';
import { EntityQueue, type EntityQueueOptions } from './entity-queue.ts';

/**
 * Lets entity fetches travel together that wait at the same moment, or while a call like theirs is under way: those of
 * different operations if that is configured, and those of one group of an operation. Other fetches travel alone.
 */
export function batch(options: EntityQueueOptions): Step<GraphQLAnswer> {
  return (next) => {
    const queues = new EntityQueues(next, options);
    return (request, context) =>
      request.representations && (options.joinsOperations || request.constants.part)
        ? queues.fetch(request, context)
        : next(request, context);
  };
}

/** Queues of the fetches that wait, or have calls under way. */
class EntityQueues {
  readonly #next: Call<GraphQLAnswer>;
  readonly #options: EntityQueueOptions;
  /** Each queue under the documents of its fetches, with the values of variables and the headers, and under their group. */
  readonly #queues = new TransientMap<string, EntityQueue>();

  constructor(next: Call<GraphQLAnswer>, options: EntityQueueOptions) {
    this.#next = next;
    this.#options = options;
  }

  /** Resolves with the answer to this fetch alone. The lifetime in `context` ends this waiting only. */
  fetch(request: FetchRequest, context: CallContext): Promise<GraphQLAnswer> {
    const whose = this.#options.joinsOperations ? '' : `${request.execution} `;
    const { identity } = context.headers;
    const document = `${whose}${identity} ${request.toIdentityOfAnyEntities()}`;
    const group = request.constants.part?.group;
    const queue =
      this.#queues.get(document) ?? this.#queueOf(document, group && `${whose}${identity} group ${group.number}`);
    return queue.fetch(document, request, context);
  }

  #queueOf(document: string, group: string | undefined): EntityQueue {
    const queue =
      (group && this.#queues.get(group)) || new EntityQueue(this.#next, this.#options, (ended) => this.#remove(ended));
    this.#queues.set(document, queue);
    queue.names.add(document);
    if (group) {
      this.#queues.set(group, queue);
      queue.names.add(group);
    }
    return queue;
  }

  #remove(queue: EntityQueue): void {
    for (const name of queue.names) this.#queues.delete(name);
  }
}
