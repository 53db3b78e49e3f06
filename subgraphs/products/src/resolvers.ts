import { parseId, parsePage, toKey } from '@lockstep/subgraph-kit/arguments.ts';
import { readConnection } from '@lockstep/subgraph-kit/connection.ts';
import { Money } from '@lockstep/subgraph-kit/scalars.ts';
import { createProduct } from './create-product.ts';
import { listProducts } from './database/products.ts';
import { releaseStock, reserveStock } from './reserve-stock.ts';
import { restock } from './restock.ts';
import type { Resolvers } from './schema.generated.ts';

export const resolvers: Resolvers = {
  Money,
  Query: {
    product: (_, { id }, { products }) => products.load(parseId('id', id)),
    products: (_, page, { db }) => listProducts(db, parsePage(page)),
    productsConnection: (_, args, { db }) =>
      readConnection('ProductConnection', args, (page) => listProducts(db, page)),
  },
  Mutation: {
    createProduct: (_, input, { db }) => createProduct(db, input),
    restock: (_, input, { db }) => restock(db, input),
    reserveStock: (_, input, context) => reserveStock(context, input),
    releaseStock: (_, input, context) => releaseStock(context, input),
  },
  Product: {
    __resolveReference({ id }, { products }) {
      const key = toKey(id);
      return key === undefined ? null : products.load(key);
    },
  },
};
