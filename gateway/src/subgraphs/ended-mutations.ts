/**
 * Number of mutation calls that have ended, counted for all subgraphs together: a mutation of one may write to another, by a
 * call that the gateway does not see. A query must not share a call that began before the last of them ended, or a client
 * would not see what it has just written.
 */
export class EndedMutations {
  count = 0;
}
