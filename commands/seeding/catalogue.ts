/** Product to create. */
export interface CatalogueProduct {
  readonly name: string;
  readonly price: string;
}

/** Stock of each product: enough for tens of thousands of orders. */
export const STOCK = 10_000;

/** Products of the shop. Their idempotency keys and orders refer to their positions: append only, and change none. */
export const CATALOGUE: readonly CatalogueProduct[] = [
  ['Ballpoint pen, blue', '1.20'],
  ['Notebook, A5, dotted', '6.90'],
  ['Desk lamp', '39.99'],
  ['Mechanical keyboard', '119.00'],
  ['USB-C cable, 2 m', '9.95'],
  ['Laptop stand', '34.50'],
  ['Monitor, 27 inches', '289.00'],
  ['Webcam, 1080p', '49.95'],
  ['Headphones, over-ear', '79.90'],
  ['Desk mat, felt', '24.00'],
  ['Water bottle, 750 ml', '17.49'],
  ['Coffee mug', '8.50'],
  ['Backpack, 20 l', '64.95'],
  ['Whiteboard markers, set of 4', '5.99'],
  ['Sticky notes, 6 pads', '4.20'],
  ['Office chair', '219.00'],
  ['Power strip, 5 sockets', '18.90'],
  ['Mouse, wireless', '29.90'],
  ['Cable ties, 100', '3.95'],
  ['Paper, 500 sheets', '5.45'],
  ['Scissors', '7.30'],
  ['Stapler', '11.80'],
  ['Wall clock', '26.00'],
  ['Plant pot, ceramic', '14.99'],
].map(([name = '', price = '']) => ({ name, price }));
