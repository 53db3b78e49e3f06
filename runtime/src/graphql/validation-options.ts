/**
 * Options of validation: it stops at the fifth error, with one more that says so. Without this a document of a thousand
 * mistakes is answered with a hundred errors, each several times as long as its mistake.
 */
export const VALIDATION_OPTIONS = { maxErrors: 5 } as const;
