import { z } from 'zod';

/** A TCP port; 0 lets the system choose. */
export const port = () => z.coerce.number().int().min(0).max(65_535);

/** A duration in seconds, fractions allowed; the variable's name ends in `_SECONDS`. */
export const seconds = (minimum = 0.001, maximum = 31_536_000) => z.coerce.number().min(minimum).max(maximum);

/** `true`, `1`, `yes`, `on` and their opposites. */
export const flag = (fallback: boolean) => z.stringbool().default(fallback);
