import { z } from 'zod';
import { modulePath, onOff } from '../values.ts';

const RESPONSES = ['errors', 'extensions', 'disabled'] as const;

const directives = z
  .strictObject({
    enabled: onOff(true),
    reject_unauthorized: onOff(false),
    dry_run: onOff(false),
    errors: z
      .strictObject({
        log: onOff(true),
        response: z.enum(RESPONSES, { error: `give one of ${RESPONSES.join(', ')}` }).default('errors'),
      })
      .prefault({}),
  })
  .transform(({ enabled, reject_unauthorized, dry_run, errors }) => ({
    enabled,
    rejectUnauthorized: reject_unauthorized,
    dryRun: dry_run,
    ...errors,
  }));

/** `gateway.authorization` */
export const authorization = z
  .strictObject({
    require_authentication: onOff(false),
    directives: directives.prefault({}),
    policies: z.strictObject({ module: modulePath }).optional(),
  })
  .transform(({ require_authentication, directives, policies }) => ({
    requireAuthentication: require_authentication,
    directives,
    policies,
  }));

/** What becomes of the parts of an operation that its sender may not see. */
export type DirectiveSettings = Readonly<z.output<typeof directives>>;
