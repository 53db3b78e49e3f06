/** Points between two steps of a reservation, in order, at which a test kills the process. */
export const failpoints = [
  'reservation-received',
  'reservation-half-written',
  'reservation-written',
  'release-received',
  'release-half-written',
  'release-written',
] as const;

export type FailpointName = (typeof failpoints)[number];
