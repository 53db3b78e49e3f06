/** A GraphQL answer as it came over HTTP. */
export interface Answer<Data> {
  status: number;
  /** Text of the body. */
  text: string;
  data: Data | null;
  errors: AnswerError[] | undefined;
}

/** An error as a client sees it. */
export interface AnswerError {
  message: string;
  path?: (string | number)[];
  extensions: Record<string, unknown>;
}

/** Sends an operation as a frontend would. */
export async function ask<Data = Record<string, unknown>>(
  url: string,
  query: string,
  variables?: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<Answer<Data>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  const { data, errors }: Pick<Answer<Data>, 'data' | 'errors'> = JSON.parse(text);
  return { status: response.status, text, data, errors };
}

/** Sends an operation that has to succeed. Resolves with its data. */
export async function get<Data>(url: string, query: string, variables?: Record<string, unknown>): Promise<Data> {
  const { data, errors } = await ask<Data>(url, query, variables);
  if (errors || data === null) throw new Error(JSON.stringify(errors));
  return data;
}

/** Returns the codes of an answer's errors. */
export function codesOf({ errors = [] }: Answer<unknown>): unknown[] {
  return errors.map(({ extensions }) => extensions.code);
}

/** Returns an answer's errors, each as `CODE at path: message`. */
export function errorsOf({ errors = [] }: Answer<unknown>): string[] {
  return errors.map(
    ({ message, path, extensions }) => `${extensions.code}${path ? ` at ${path.join('.')}` : ''}: ${message}`,
  );
}

/** Creates a user. Resolves with its id. */
export async function createUser(url: string, email: string, name = 'Ada Lovelace'): Promise<string> {
  const query = 'mutation ($name: String!, $email: String!) { createUser(name: $name, email: $email) { id } }';
  return (await get<{ createUser: { id: string } }>(url, query, { name, email })).createUser.id;
}

/** Creates a product. Resolves with its id. */
export async function createProduct(url: string, stock: number, price = '19.99', name = 'Lamp'): Promise<string> {
  const query = `mutation ($name: String!, $price: Money!, $stock: Int!) {
    createProduct(name: $name, price: $price, stock: $stock) { id }
  }`;
  return (await get<{ createProduct: { id: string } }>(url, query, { name, price, stock })).createProduct.id;
}

/** Creates an order. Resolves with its id. */
export async function createOrder(url: string, userId: string, amount = '10.50'): Promise<string> {
  const query = 'mutation ($userId: ID!, $amount: Money!) { createOrder(userId: $userId, amount: $amount) { id } }';
  return (await get<{ createOrder: { id: string } }>(url, query, { userId, amount })).createOrder.id;
}
