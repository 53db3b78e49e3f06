import type { GraphQLSchemaModule } from '@apollo/subgraph';
import { parse } from 'graphql';
import * as data from './data.ts';

/** A subgraph of the bench alone, because the shop's graph gives no answers as wide or as long. */
export interface WideSubgraph {
  readonly name: string;
  readonly sdl: string;
  readonly resolvers: NonNullable<GraphQLSchemaModule['resolvers']>;
}

interface Reference {
  readonly id: string;
}

const HEAD = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires"])`;

const authors: WideSubgraph = {
  name: 'authors',
  sdl: `${HEAD}
    type Query { authors(first: Int!): [Author!]! }
    type Author @key(fields: "id") { id: ID! name: String! email: String! }`,
  resolvers: {
    Query: { authors: (_: unknown, { first }: { first: number }) => data.authors.slice(0, first) },
    Author: { __resolveReference: ({ id }: Reference) => data.author(id) },
  },
};

const catalog: WideSubgraph = {
  name: 'catalog',
  sdl: `${HEAD}
    type Query { articles(first: Int!): [Article!]! }
    type Article @key(fields: "id") { id: ID! name: String! price: Int! weight: Int! }`,
  resolvers: {
    Query: { articles: (_: unknown, { first }: { first: number }) => data.articles.slice(0, first) },
    Article: { __resolveReference: ({ id }: Reference) => data.article(id) },
  },
};

const stock: WideSubgraph = {
  name: 'stock',
  sdl: `${HEAD}
    type Article @key(fields: "id") {
      id: ID!
      price: Int! @external
      weight: Int! @external
      inStock: Boolean
      shippingEstimate: Int @requires(fields: "price weight")
    }`,
  resolvers: {
    Article: {
      inStock: ({ id }: Reference) => data.inStock(id),
      shippingEstimate: (article: data.Article) => data.shippingEstimate(article),
    },
  },
};

const reviews: WideSubgraph = {
  name: 'reviews',
  sdl: `${HEAD}
    type Review { id: ID! body: String! author: Author article: Article }
    type Author @key(fields: "id") { id: ID! reviews: [Review!] }
    type Article @key(fields: "id") { id: ID! reviews: [Review!] }`,
  resolvers: {
    Review: {
      author: ({ authorId }: data.Review) => ({ id: authorId }),
      article: ({ articleId }: data.Review) => ({ id: articleId }),
    },
    Author: { reviews: ({ id }: Reference) => data.reviewsOfAuthor(id) },
    Article: { reviews: ({ id }: Reference) => data.reviewsOfArticle(id) },
  },
};

export const wideSubgraphs: readonly WideSubgraph[] = [authors, catalog, stock, reviews];

/** Returns the schema that the subgraph is built with. */
export function typeDefsOf({ sdl }: WideSubgraph) {
  return parse(sdl);
}
