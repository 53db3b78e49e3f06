import { setTimeout as delay } from 'node:timers/promises';

/** Timeout, longer than anything here takes on a slow machine. */
const DEADLINE_MS = 60_000;
const LOOK_AGAIN_MS = 20;

/** Resolves with the promise's value, or rejects with the name of what was awaited. */
export async function withDeadline<T>(promise: Promise<T>, awaited: () => string): Promise<T> {
  const timer = new AbortController();
  const late = delay(DEADLINE_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`waited ${DEADLINE_MS} ms for ${awaited()}`);
  });
  late.catch(() => {}); // not late
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
  }
}

/** Repeats a check of each instance of a process. Resolves with the last one's value once all have matched. */
export async function untilEverywhere<T>(
  { urls: [first = '', ...others] }: { readonly urls: readonly string[] },
  look: (url: string) => T | Promise<T>,
  fits: (seen: T) => boolean,
): Promise<T> {
  let seen = await until(() => look(first), fits);
  for (const url of others) seen = await until(() => look(url), fits);
  return seen;
}

/** Repeats a check. Resolves with its value as soon as that matches. */
export async function until<T>(look: () => T | Promise<T>, fits: (seen: T) => boolean): Promise<T> {
  const end = performance.now() + DEADLINE_MS;
  for (;;) {
    const seen = await look();
    if (fits(seen)) return seen;
    if (performance.now() > end) throw new Error(`waited ${DEADLINE_MS} ms; it is still ${JSON.stringify(seen)}`);
    await delay(LOOK_AGAIN_MS);
  }
}
