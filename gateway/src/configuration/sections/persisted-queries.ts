import { z } from 'zod';
import { onOff } from '../values.ts';

const safelist = z
  .strictObject({
    enabled: onOff(false).describe('Runs only operations listed in the manifests.'),
    require_id: onOff(false).describe('Requires clients to send the id instead of the text.'),
  })
  .refine(({ enabled, require_id }) => enabled || !require_id, {
    path: ['require_id'],
    message: 'set enabled: true beside it, or leave it out',
  });

/** `gateway.persisted_queries` */
export const persistedQueries = z
  .strictObject({
    safelist: safelist.prefault({}).describe('Restriction to known operations.'),
    local_manifests: z
      .array(z.string('give the path of a file'), 'give a list of paths')
      .default([])
      .describe("Files that list the clients' operations, in Apollo's or Relay's format. Relative to this file."),
    log_unknown: onOff(false).describe('Logs operations that no manifest lists.'),
  })
  .refine((keys) => !keys.safelist.enabled || keys.local_manifests.length > 0, {
    path: ['local_manifests'],
    message: 'give at least one manifest: without any, the safelist refuses every operation',
  })
  .transform(
    ({ safelist: { enabled, require_id }, local_manifests, log_unknown }): PersistedQueriesSettings => ({
      safelist: enabled ? { requireId: require_id } : undefined,
      localManifests: local_manifests,
      logUnknown: log_unknown,
      operations: [],
    }),
  );

/** An operation that a manifest has. */
export interface PersistedOperation {
  readonly id: string;
  readonly body: string;
}

/** The operations that are known by an id, and whether others may be sent. */
export interface PersistedQueriesSettings {
  /** Where only known operations are run: whether they have to be sent by their id. */
  readonly safelist: { readonly requireId: boolean } | undefined;
  readonly localManifests: readonly string[];
  readonly logUnknown: boolean;
  /** What the manifests have, once they are read: they are files of their own. */
  readonly operations: readonly PersistedOperation[];
}
