/** End of a planning thread that nobody asked for. */
export class PlanningThreadError extends Error {
  override readonly name = 'PlanningThreadError';
  readonly reason: 'outOfMemory' | 'overdue' | 'crashed';

  constructor(reason: PlanningThreadError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
