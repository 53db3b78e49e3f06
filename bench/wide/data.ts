// The data of the bench's own subgraphs by formula, shared by the servers and the checks of answers.

const AUTHORS = 12;
const REVIEWS = 60;
const REVIEWED_ARTICLES = 20;
/** Number of articles in the largest answer. */
export const ARTICLES = 10_000;

export interface Author {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

export interface Article {
  readonly id: string;
  readonly name: string;
  readonly price: number;
  readonly weight: number;
}

export interface Review {
  readonly id: string;
  readonly body: string;
  readonly authorId: string;
  readonly articleId: string;
}

function list<T>(length: number, make: (key: number) => T): T[] {
  return Array.from({ length }, (_, index) => make(index + 1));
}

export const authors: readonly Author[] = list(AUTHORS, (key) => ({
  id: String(key),
  name: `Author Number ${key}`,
  email: `author.${key}@example.com`,
}));

export const articles: readonly Article[] = list(ARTICLES, (key) => ({
  id: String(key),
  name: `Article Number ${key}`,
  price: 100 + ((key * 13) % 900),
  weight: 1 + (key % 50),
}));

const reviews: readonly Review[] = list(REVIEWS, (key) => ({
  id: String(key),
  body: `What is to be said in review ${key}`,
  authorId: String(((key * 7) % AUTHORS) + 1),
  articleId: String(((key * 9) % REVIEWED_ARTICLES) + 1),
}));

const reviewsByAuthor = Map.groupBy(reviews, ({ authorId }) => authorId);
const reviewsByArticle = Map.groupBy(reviews, ({ articleId }) => articleId);

export function reviewsOfAuthor(id: string): readonly Review[] {
  return reviewsByAuthor.get(id) ?? [];
}

export function reviewsOfArticle(id: string): readonly Review[] {
  return reviewsByArticle.get(id) ?? [];
}

export function author(id: string): Author {
  return found(authors[Number(id) - 1], id);
}

export function article(id: string): Article {
  return found(articles[Number(id) - 1], id);
}

export function inStock(articleId: string): boolean {
  return Number(articleId) % 3 !== 0;
}

/** Returns the shipping cost by price and weight, which the stock subgraph requires of the catalogue. */
export function shippingEstimate({ price, weight }: Pick<Article, 'price' | 'weight'>): number {
  return price > 500 ? 0 : Math.floor(weight / 2);
}

function found<T>(value: T | undefined, id: string): T {
  if (value === undefined) throw new Error(`there is nothing with the id ${id}`);
  return value;
}
