import type { Measured, Owed } from './benchmark';

/** One limit, kept or broken. */
export interface Judged {
  readonly figure: string;
  readonly value: number;
  readonly owed: Owed;
  readonly met: boolean;
}

/** A missing figure breaks its limit. */
export function judge(
  owed: Readonly<Record<string, Owed>>,
  { figures, ratio }: Pick<Measured, 'figures' | 'ratio'>,
): readonly Judged[] {
  return Object.entries(owed).map(([figure, bound]) => {
    const value = (figure === 'ratio' ? ratio : figures[figure]) ?? Number.NaN;
    return {
      figure,
      value,
      owed: bound,
      met: 'atLeast' in bound ? value >= bound.atLeast : value < bound.below,
    };
  });
}

/** `at least 0.8`, `below 5`. */
export const owedWords = (owed: Owed): string =>
  'atLeast' in owed ? `at least ${owed.atLeast}` : `below ${owed.below}`;

/** The broken limit, and by how much. */
export const missLine = (name: string, { figure, value, owed }: Judged): string =>
  `${name}: ${figure} is ${value}, owed is ${owedWords(owed)}`;
