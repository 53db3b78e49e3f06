/** The schema of one subgraph, as composition takes it. */
export interface SubgraphSchema {
  readonly name: string;
  readonly routingUrl: string;
  readonly sdl: string;
  /** Origin of the SDL, for messages: a file, or a description such as `sdl of users`. */
  readonly origin: string;
}
