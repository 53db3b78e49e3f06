/** The boundaries between two steps of the saga, in their order: where a test kills the process (see runtime's failpoint.ts). */
export const failpoints = [
  'order-half-written',
  'order-written',
  'user-verified',
  'stock-reserved',
  'order-half-confirmed',
  'order-confirmed',
  'release-decided',
  'stock-released',
  'order-half-cancelled',
  'order-cancelled',
] as const;

export type FailpointName = (typeof failpoints)[number];
