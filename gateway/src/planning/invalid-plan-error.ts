import { UnplannableOperationError } from './unplannable-operation-error.ts';

/** A plan that can't give a right answer. */
export class InvalidPlanError extends UnplannableOperationError {
  override readonly name = 'InvalidPlanError';
  /** Schema coordinate of the field that the plan would get wrong. */
  readonly coordinate: string;
  readonly fault: string;

  constructor(coordinate: string, fault: string) {
    super(`${coordinate} ${fault}`);
    this.coordinate = coordinate;
    this.fault = fault;
  }
}
