const PROBE_TIMEOUT_MS = 2000;

/** Asks a readiness probe. Resolves with the reason if it isn't ready, or doesn't answer in time; undefined if it is ready. */
export async function whyNotReady(probe: string): Promise<string | undefined> {
  try {
    const response = await fetch(probe, {
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
      headers: { connection: 'close' },
    });
    const text = await response.text();
    return response.ok ? undefined : text.trim();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
