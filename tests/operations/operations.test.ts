// Operations on one graph, which starts once. `node --test tests/operations/orders.ts` runs one of these files by itself.
import './http.ts';
import './users.ts';
import './orders.ts';
import './input.ts';
import './products.ts';
import './checkout.ts';
import './nodes.ts';
import './connections.ts';
