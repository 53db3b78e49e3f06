/** Count of the bytes that an entry of a cache holds, which grows as code is compiled for it. */
export class HeldBytes {
  /** Told of each change, once something follows the count. */
  onChange: ((bytes: number) => void) | undefined;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** @param bytes negative if something is let go */
  add(bytes: number): void {
    this.#bytes += bytes;
    this.onChange?.(bytes);
  }
}
