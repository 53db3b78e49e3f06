/** What goes to a subgraph with a call of one client's: equal for two clients only where a call may be made for both. */
export class ForwardedHeaders {
  static readonly NONE = new ForwardedHeaders({});

  /** By name, in lower case. */
  readonly values: Readonly<Record<string, string>>;
  /** Equal for the same headers. */
  readonly identity: string;

  constructor(values: Readonly<Record<string, string>>) {
    this.values = values;
    const entries = Object.entries(values);
    this.identity = entries.length === 0 ? '' : JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
