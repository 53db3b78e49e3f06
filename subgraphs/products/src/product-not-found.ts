import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';

/** `PRODUCT_NOT_FOUND`: the argument names a product that doesn't exist. */
export function productNotFound(argument: string, productId: string): ExpectedError {
  return new ExpectedError('PRODUCT_NOT_FOUND', `${argument}: there is no product ${productId}`, {
    extensions: { productId },
  });
}
