// Attacks on one graph, which starts once. `node --test tests/attack/owasp.ts` runs one of these files by itself.
import './framing.ts';
import './loopback.ts';
import './nesting.ts';
import './owasp.ts';
import './mutated-bodies.ts';
