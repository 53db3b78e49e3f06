/** Something that is open until it is closed. */
interface Closable {
  close(): Promise<void>;
}

/** Things that are opened for settings, and shared by all who have equal settings, until the last of them gives it back. */
export class Shared<Settings, Thing extends Closable> {
  readonly #open: (settings: Settings) => Promise<Thing>;
  readonly #held = new Map<string, { readonly thing: Promise<Thing>; holders: number }>();

  constructor(open: (settings: Settings) => Promise<Thing>) {
    this.#open = open;
  }

  /** Returns what is open for these settings; opens it if nothing is. */
  take(settings: Settings): Promise<Thing> {
    const key = JSON.stringify(settings);
    const held = this.#held.get(key) ?? { thing: this.#open(settings), holders: 0 };
    held.holders += 1;
    this.#held.set(key, held);
    return held.thing;
  }

  /** Closes it if this was the last holder. */
  async giveBack(settings: Settings): Promise<void> {
    const key = JSON.stringify(settings);
    const held = this.#held.get(key);
    if (!held) return;
    held.holders -= 1;
    if (held.holders > 0) return;
    this.#held.delete(key);
    await (await held.thing).close();
  }
}
