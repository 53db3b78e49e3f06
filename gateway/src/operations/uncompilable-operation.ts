/** An operation that can't be compiled: it is for ApolloGateway's own executor. */
export class UncompilableOperation {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}
