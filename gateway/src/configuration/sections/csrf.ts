import { z } from 'zod';

/** `gateway.csrf` */
export const csrf = z
  .strictObject({
    required_headers: z
      .array(z.string('give the name of a header').min(1, 'give the name of a header'), 'give a list of header names')
      .min(1, 'give at least one header')
      .prefault(['x-apollo-operation-name', 'apollo-require-preflight'])
      .describe(
        'A request that any web page could send without asking first, such as a GET, has to carry one of these headers.',
      ),
  })
  .transform(({ required_headers }) => ({ requiredHeaders: required_headers }));
