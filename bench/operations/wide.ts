import * as data from '../wide/data.ts';
import { type Operation, queryOperation } from './operation.ts';

const AUTHORS = 7;
const ARTICLES = 6;

/** An answer of about 90 KB from a plan of a dozen fetches. It has one key, because only its width matters. */
export const wide: Operation = queryOperation({
  name: 'wide',
  query: `query Wide {
    authors(first: ${AUTHORS}) {
      id name email
      reviews {
        id body
        article {
          id name price weight inStock shippingEstimate
          reviews { id body author { id name email reviews { id body article { id name } } } }
        }
      }
    }
    articles(first: ${ARTICLES}) {
      id name price weight inStock shippingEstimate
      reviews { id body author { id name reviews { id body article { id name price } } } }
    }
  }`,
  keys: 1,
  graph: 'wide',
  variables: () => ({}),
  expected: () => ({
    authors: data.authors.slice(0, AUTHORS).map((author) => ({
      ...author,
      reviews: data.reviewsOfAuthor(author.id).map(({ id, body, articleId }) => ({
        id,
        body,
        article: { ...wholeArticle(articleId), reviews: reviewsWithAuthors(articleId) },
      })),
    })),
    articles: data.articles.slice(0, ARTICLES).map(({ id }) => ({ ...wholeArticle(id), reviews: shortReviews(id) })),
  }),
});

/** Returns an operation for a page of articles with fields of two subgraphs, for the cost per field as the answer grows. */
export function growth(objects: number): Operation {
  return queryOperation({
    name: `growth${objects}`,
    query: `query Growth${objects} { articles(first: ${objects}) { id name price weight inStock shippingEstimate } }`,
    keys: 1,
    graph: 'wide',
    fields: objects * 6,
    variables: () => ({}),
    expected: () => ({ articles: data.articles.slice(0, objects).map(({ id }) => wholeArticle(id)) }),
  });
}

function wholeArticle(articleId: string) {
  const article = data.article(articleId);
  return { ...article, inStock: data.inStock(articleId), shippingEstimate: data.shippingEstimate(article) };
}

function reviewsWithAuthors(articleId: string) {
  return data.reviewsOfArticle(articleId).map(({ id, body, authorId }) => ({
    id,
    body,
    author: {
      ...data.author(authorId),
      reviews: data.reviewsOfAuthor(authorId).map((review) => ({
        id: review.id,
        body: review.body,
        article: { id: review.articleId, name: data.article(review.articleId).name },
      })),
    },
  }));
}

function shortReviews(articleId: string) {
  return data.reviewsOfArticle(articleId).map(({ id, body, authorId }) => ({
    id,
    body,
    author: {
      id: authorId,
      name: data.author(authorId).name,
      reviews: data.reviewsOfAuthor(authorId).map((review) => {
        const { id: articleId, name, price } = data.article(review.articleId);
        return { id: review.id, body: review.body, article: { id: articleId, name, price } };
      }),
    },
  }));
}
