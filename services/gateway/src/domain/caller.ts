import type { Access, authenticatePrincipal, ReplyOf, Role } from '@ymera/contracts';

export type Denied = NonNullable<ReplyOf<typeof authenticatePrincipal>['denied']>;

/** The sender of an HTTP request, after its credential was checked. */
export type Caller =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'operator'; readonly name: string; readonly roles: readonly Role[] }
  | {
      readonly kind: 'principal';
      readonly principalId: string;
      /** A sanctioned principal may only read its own status. */
      readonly denied?: Denied | undefined;
    }
  /** The registry spends, and thereby checks, the token. */
  | { readonly kind: 'enrolment'; readonly token: string };

export const anonymous: Caller = { kind: 'anonymous' };

const matches = (access: Access, caller: Caller): boolean => {
  if (access === 'public') return true;
  if (access === 'any_principal') return caller.kind === 'principal';
  if (access === 'principal') return caller.kind === access && caller.denied === undefined;
  if (access === 'enrolment') return caller.kind === access;
  return caller.kind === 'operator' && access.roles.some((role) => caller.roles.includes(role));
};

export type Admission = 'admitted' | 'unauthenticated' | 'forbidden' | 'denied';

/** Deny by default: a route without declared access admits no caller, and no role contains another. */
export function admit(declared: readonly Access[] | undefined, caller: Caller): Admission {
  if (declared?.some((access) => matches(access, caller))) return 'admitted';
  if (caller.kind === 'principal' && caller.denied) return 'denied';
  return caller.kind === 'anonymous' ? 'unauthenticated' : 'forbidden';
}

const listed = (names: readonly string[], last: 'or' | 'and'): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1) ?? ''}`;

/** For a caller that was not admitted: the required access, and the access of its credential. */
export function needOf(declared: readonly Access[] | undefined, caller: Caller): string {
  const access = declared ?? [];
  const roles = [...new Set(access.flatMap((entry) => (typeof entry === 'object' ? entry.roles : [])))];
  const needs = [
    ...(roles.length > 0 ? [`role ${listed(roles, 'or')}`] : []),
    ...(access.includes('principal') || access.includes('any_principal') ? ['a principal credential'] : []),
    ...(access.includes('enrolment') ? ['an enrolment token'] : []),
  ];
  const has = {
    anonymous: 'no credential was sent',
    operator: `your credential has ${caller.kind === 'operator' ? listed(caller.roles, 'and') || 'no role' : ''}`,
    principal: 'your credential is a principal credential',
    enrolment: 'your credential is an enrolment token',
  };
  return needs.length === 0
    ? 'No role may call this operation.'
    : `Requires ${listed(needs, 'or')}; ${has[caller.kind]}.`;
}
