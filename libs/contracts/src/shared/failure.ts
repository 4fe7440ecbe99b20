import { errorKinds } from '@ymera/kernel';
import { z } from 'zod';
import { added } from '../define/added';
import { fault, faultOf, type Fault } from './fault';

/** The one error shape of HTTP bodies' members, agent messages and results. */
export const errorShape = z.object({
  code: z.string().max(100),
  message: z.string().max(4000),
  retryable: z.boolean(),
  suggestion: z.string().max(1000).optional(),
  /** Who is at fault; where absent, `faultOf` the code. */
  fault: added(fault),
});
export type ErrorShape = z.output<typeof errorShape>;

/** The same error with its fault. */
export const withFault = (error: ErrorShape): ErrorShape & { fault: Fault } => ({
  ...error,
  fault: error.fault ?? faultOf(error.code),
});

/** The same between services, where the kind still matters. */
export const failureShape = errorShape.extend({
  kind: z.enum(errorKinds),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** RFC 9457, with the members of `errorShape` as extensions. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  instance: z.string().optional(),
  code: z.string(),
  retryable: z.boolean(),
  suggestion: z.string().optional(),
  trace_id: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.output<typeof problem>;
