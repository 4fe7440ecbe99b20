import type { Failure } from './failure';

/** An expected outcome is returned, never thrown: callers must check it before they can use the value. */
export type Result<T, E = Failure> = Ok<T> | Err<E>;
export type Ok<T> = { readonly ok: true; readonly value: T };
export type Err<E> = { readonly ok: false; readonly error: E };

export const ok = <T>(value: T): Ok<T> => ({ ok: true, value });
export const err = <E>(error: E): Err<E> => ({ ok: false, error });
