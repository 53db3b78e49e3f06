import { z } from 'zod';

/** `gateway.csrf` */
export const csrf = z
  .strictObject({
    required_headers: z
      .array(z.string('give the name of a header').min(1, 'give the name of a header'), 'give a list of header names')
      .min(1, 'give at least one header')
      .prefault(['x-apollo-operation-name', 'apollo-require-preflight'])
      .describe('Headers of which a request needs one if a web page could send it without a preflight, such as a GET.'),
  })
  .transform(({ required_headers }) => ({ requiredHeaders: required_headers }));
