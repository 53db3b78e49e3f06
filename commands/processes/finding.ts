/** Something that an operator is told about the project. */
export interface Finding {
  /** Name of the process, or what else it is about. */
  readonly about: string;
  readonly isHealthy: boolean;
  readonly text: string;
  /** Time since which it is so, ISO 8601 in UTC. */
  readonly since?: string;
  /** Command that helps. */
  readonly advice?: string;
}
