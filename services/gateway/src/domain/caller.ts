import type { Access, authenticatePrincipal, ReplyOf, Role } from '@ymera/contracts';

export type Denied = NonNullable<ReplyOf<typeof authenticatePrincipal>['denied']>;

/** Who is behind an HTTP request, once its credential has been checked. */
export type Caller =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'operator'; readonly name: string; readonly roles: readonly Role[] }
  | {
      readonly kind: 'principal';
      readonly principalId: string;
      /** What a sanction has left it: to ask for its own status. */
      readonly denied?: Denied | undefined;
    }
  /** The token is spent, and thereby checked, by the registry. */
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

/** Deny by default: nothing declared admits nobody, and no role contains another. */
export function admit(declared: readonly Access[] | undefined, caller: Caller): Admission {
  if (declared?.some((access) => matches(access, caller))) return 'admitted';
  if (caller.kind === 'principal' && caller.denied) return 'denied';
  return caller.kind === 'anonymous' ? 'unauthenticated' : 'forbidden';
}

const listed = (names: readonly string[], last: 'or' | 'and'): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1) ?? ''}`;

/** For whoever was not admitted: what would be, and what this credential is. */
export function needOf(declared: readonly Access[] | undefined, caller: Caller): string {
  const access = declared ?? [];
  const roles = [...new Set(access.flatMap((entry) => (typeof entry === 'object' ? entry.roles : [])))];
  const needs = [
    ...(roles.length > 0 ? [`the role ${listed(roles, 'or')}`] : []),
    ...(access.includes('principal') || access.includes('any_principal') ? ["a principal's credential"] : []),
    ...(access.includes('enrolment') ? ['an enrolment token'] : []),
  ];
  const has = {
    anonymous: 'there is no credential',
    operator: `this credential has ${caller.kind === 'operator' ? listed(caller.roles, 'and') || 'no role' : ''}`,
    principal: "this credential is a principal's",
    enrolment: 'this is an enrolment token',
  };
  return needs.length === 0
    ? 'Nobody may do that.'
    : `That takes ${listed(needs, 'or')}; ${has[caller.kind]}.`;
}
