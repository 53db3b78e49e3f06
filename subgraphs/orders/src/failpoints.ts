/** Points between two steps of the saga, in order, at which a test kills the process. */
export const failpoints = [
  'order-half-written',
  'order-written',
  'user-verified',
  'stock-reserved',
  'order-half-confirmed',
  'order-confirmed',
  'order-half-cancelled',
  'order-cancelled',
  'stock-released',
  'saga-ended',
] as const;

export type FailpointName = (typeof failpoints)[number];
