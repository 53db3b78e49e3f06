import type { Handler } from '@lockstep/runtime/http/server.ts';
import cors from 'cors';

/** Apollo Sandbox on its own site, and whatever a developer runs on this machine. */
const DEVELOPMENT_ORIGINS = [
  'https://studio.apollographql.com',
  /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/,
];

const PREFLIGHT_MAX_AGE_S = 600;

/** Lets pages of these origins call the handler; undefined stands for those a developer needs. */
export function allowOrigins(origins: readonly string[] | undefined, handler: Handler): Handler {
  const check = cors({
    origin: origins ? [...origins] : DEVELOPMENT_ORIGINS,
    methods: ['GET', 'POST'],
    maxAge: PREFLIGHT_MAX_AGE_S,
  });
  return (request, response) => {
    if (request.headers.origin === undefined && request.method !== 'OPTIONS') {
      response.setHeader('vary', 'Origin'); // all that `check` would do, which takes it 1.5% of a request's CPU
      return handler(request, response);
    }
    // A preflight is answered by `check`; every other request goes on.
    return check(request, response, () => handler(request, response));
  };
}
