// Faults of one graph, which starts once. `node --test tests/faults/queries.ts` runs one of these files by itself.
import './queries.ts';
import './create-order.ts';
import './repetition.ts';
import './masking.ts';
