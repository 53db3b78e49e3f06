/** User to create. */
export interface Person {
  readonly name: string;
  readonly email: string;
}

// The lengths 32 and 37 have no common divisor, so the first 32 × 37 names are distinct.
const FIRST = `Ada Alan Amina Anders Barbara Carlos Chiara Dennis Edsger Elif Emeka Frances Grace Hana Hugo Ines Jonas
  Katherine Kenji Lena Linus Margaret Mateo Nadia Niklaus Olga Priya Radia Sofia Tariq Wei Yusuf`.split(/\s+/);
const LAST = `Adeyemi Allen Andersen Becker Bianchi Costa Demir Dijkstra Dubois Eriksson Fischer Garcia Hamilton Haddad
  Hopper Ivanova Johnson Kaya Kowalska Lamarr Liskov Lovelace Mendes Moreau Nakamura Novak Okafor Perlman Rahman Rossi
  Santos Sharma Tanaka Torvalds Turing Wirth Yilmaz`.split(/\s+/);

/** Returns the person with this number, from 0: the same one at each call, a different one for each number. */
export function person(index: number): Person {
  const round = Math.floor(index / FIRST.length);
  const first = FIRST[index % FIRST.length];
  const last = LAST[(index + round) % LAST.length];
  const namesakes = Math.floor(round / LAST.length);
  const address = `${first}.${last}${namesakes === 0 ? '' : namesakes + 1}`.toLowerCase();
  return { name: `${first} ${last}`, email: `${address}@example.com` };
}
