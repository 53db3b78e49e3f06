import { z } from 'zod';
import { onOff, sizeLimit } from '../values.ts';

/** `gateway.compression` */
export const compression = z
  .strictObject({
    enabled: onOff(true).describe('Compresses answers for clients that accept it.'),
    min_size: sizeLimit.prefault('1kb').describe('Size of the smallest answer that is compressed.'),
  })
  .transform(({ enabled, min_size }) => (enabled ? { minBytes: min_size } : undefined));

/** Compression of answers; undefined if it is off. */
export type CompressionSettings = z.output<typeof compression>;
