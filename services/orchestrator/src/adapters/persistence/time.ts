import type { Time } from '../../domain/workflow/workflow';

export const toDate = (time: Time): Date => new Date(time);
export const optionalDate = (time: Time | undefined): Date | null =>
  time === undefined ? null : new Date(time);
