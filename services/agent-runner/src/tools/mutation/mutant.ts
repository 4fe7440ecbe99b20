/**
 * A product file whose functions do nothing any more: extreme mutation. Tests that pass nevertheless prove nothing.
 * Two ways of doing nothing, because a test may rightly expect an error, or nothing at all, but not both.
 */
export interface Mutant {
  readonly path: string;
  /** Each function throws. */
  readonly throwing: string;
  /** Each function returns nothing. */
  readonly returning: string;
  /** Functions that are called when the file is loaded keep their bodies: otherwise the file could not be loaded. */
  readonly isPartial: boolean;
}

/** The body of a function, and its replacement. */
export interface Body {
  readonly start: number;
  readonly end: number;
  readonly throwing: string;
  readonly returning: string;
}

/** Undefined where there is no function to empty. */
export function mutantOf(
  path: string,
  text: string,
  { bodies, isPartial }: { readonly bodies: readonly Body[]; readonly isPartial: boolean },
): Mutant | undefined {
  if (bodies.length === 0) return undefined;
  const replaced = (kind: 'throwing' | 'returning'): string => {
    let result = '';
    let place = 0;
    for (const body of bodies) {
      result += text.slice(place, body.start) + body[kind];
      place = body.end;
    }
    return result + text.slice(place);
  };
  return { path, throwing: replaced('throwing'), returning: replaced('returning'), isPartial };
}
