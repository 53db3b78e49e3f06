/** Export over OTLP. */
export interface OtlpSettings {
  /** URL that is posted to. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
}

/** Export of traces over OTLP. */
export interface TracingSettings extends OtlpSettings {
  /** Share of the traces beginning here that are sampled, from 0 to 1. */
  readonly share: number;
}
