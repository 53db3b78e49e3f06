import { once } from 'node:events';
import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { urlToHttpOptions } from 'node:url';
import { readUnixUrl } from '@lockstep/runtime/http/unix-url.ts';

const PROBE_TIMEOUT_MS = 2000;

/** Asks a readiness probe. Resolves with the reason if it isn't ready, or doesn't answer in time; undefined if it is ready. */
export async function whyNotReady(probe: string): Promise<string | undefined> {
  try {
    const unix = readUnixUrl(new URL(probe));
    const options = { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS), agent: false };
    // A process of this machine, and it is told nothing: its certificate may be for another name.
    const request = probe.startsWith('https:')
      ? getHttps(probe, { ...options, rejectUnauthorized: false })
      : getHttp({ ...(unix ?? urlToHttpOptions(new URL(probe))), ...options });
    const [response]: IncomingMessage[] = await once(request, 'response');
    if (!response) return 'no response';
    const body = await text(response);
    return response.statusCode === 200 ? undefined : body.trim();
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error; // that it took too long
    return reason instanceof Error ? reason.message : String(reason);
  }
}
