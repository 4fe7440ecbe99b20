import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Combination, Need } from './combination';

/** The program that proves that a need is met, and its Debian package. Absent: only a run can prove it. */
const programs: Readonly<Partial<Record<Need, { readonly program: string; readonly debian: string }>>> = {
  python3: { program: 'python3', debian: 'python3' },
  go: { program: 'go', debian: 'golang-go' },
  bun: { program: 'bun', debian: 'no package: npm install --global bun' },
  cargo: { program: 'cargo', debian: 'cargo' },
  maven: { program: 'mvn', debian: 'maven' },
  make: { program: 'make', debian: 'make' },
  ctest: { program: 'ctest', debian: 'cmake' },
  rspec: { program: 'rspec', debian: 'ruby-rspec' },
  rake: { program: 'rake', debian: 'rake' },
  elixir: { program: 'mix', debian: 'elixir' },
  bats: { program: 'bats', debian: 'bats' },
};

export type FindProgram = (program: string) => boolean;

/** A sentence for each program that the combinations need and the machine lacks. */
export function missingPrograms(combinations: readonly Combination[], isThere: FindProgram): string[] {
  const needs = new Set(combinations.flatMap(({ needs: own = [] }) => own));
  return [...needs].flatMap((need) => {
    const known = programs[need];
    return known === undefined || isThere(known.program)
      ? []
      : [`${known.program} is missing (Debian: ${known.debian})`];
  });
}

/** Whether the person's PATH has such a program. */
export const isOnPath: FindProgram = (program) =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
