import type { Listening } from '@lockstep/runtime/http/server/server.ts';
import type { TlsMaterial } from '@lockstep/runtime/http/tls.ts';
import { warnIfExpired } from '@lockstep/runtime/http/tls-files.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { GatewaySettings } from '../configuration/settings-schema.ts';

/**
 * Returns a function that has the port use the certificate of other settings. If they turn TLS on or off, it logs that only a
 * restart can do so.
 *
 * @param first certificate at the start; undefined if the port speaks HTTP without TLS
 */
export function renewCertificates(
  first: TlsMaterial | undefined,
  listening: Pick<Listening, 'renew'>,
  logger: Logger,
): (settings: Pick<GatewaySettings, 'certificates'>) => void {
  let used = first;
  if (used) warnIfExpired(used, logger);
  return ({ certificates }) => {
    const next = certificates?.material;
    if (first && next) {
      if (next.cert === used?.cert && next.key === used?.key) return;
      used = next;
      listening.renew(next);
      logger.info('the port uses the renewed certificate from now on');
      warnIfExpired(next, logger);
    } else if (first || next) {
      const [now, then] = first ? ['HTTPS', 'off'] : ['HTTP', 'on'];
      logger.error(`gateway.tls.supergraph is ${then} now; restart to apply it (still answering ${now})`);
    }
  };
}
