/** The boundaries between two steps, in their order: where a test kills the process (see runtime's failpoint.ts). */
export const failpoints = [
  'reservation-received',
  'reservation-half-written',
  'reservation-written',
  'release-received',
  'release-half-written',
  'release-written',
] as const;

export type FailpointName = (typeof failpoints)[number];
