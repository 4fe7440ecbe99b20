import { failure, type Failure } from '@ymera/kernel';
import type { StoredSecret } from './secret-token';

/** The purpose of a token: enrol a principal, or register one agent with a principal of its own. */
export type EnrolmentKind = 'principal' | 'agent';

export interface Enrolment extends StoredSecret {
  readonly kind: EnrolmentKind;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly spentBy: string | null;
}

/** One answer for every fault, so that it does not reveal which tokens exist. */
export const enrolmentInvalid: Failure = failure(
  'unauthenticated',
  'enrolment_invalid',
  'The enrolment token is unknown, spent, expired or meant for something else.',
  { suggestion: 'Request a new token from an administrator; each works once.' },
);

export const isSpendable = (enrolment: Enrolment, kind: EnrolmentKind, now: Date): boolean =>
  enrolment.kind === kind && enrolment.spentBy === null && enrolment.expiresAt.getTime() > now.getTime();
