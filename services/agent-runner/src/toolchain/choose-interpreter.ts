import { err, failure, ok, type Result } from '@ymera/kernel';
import { coerce, rcompare, satisfies } from 'semver';
import { languageNames, type InstalledInterpreter, type InterpreterPin, type Language } from './interpreter';

export interface ChosenInterpreter {
  readonly installed: InstalledInterpreter;
  /** Set when it is not the one of the person's shell, or not exactly the pinned one. */
  readonly note?: string;
}

/**
 * The interpreter of the person's shell, unless the project pins another one; then the newest installed one
 * that matches. `onPath` is the first of the shell's PATH.
 */
export function chooseInterpreter(
  language: Language,
  pin: InterpreterPin | undefined,
  onPath: InstalledInterpreter | undefined,
  others: readonly InstalledInterpreter[],
): Result<ChosenInterpreter | undefined> {
  if (!pin) return ok(onPath && { installed: onPath });
  const candidates = [...(onPath ? [onPath] : []), ...others.toSorted(newestFirst)];
  const within = (range: string) => candidates.find(({ version }) => isWithin(version, range));
  const exact = within(pin.range);
  const found = exact ?? (pin.fallback === undefined ? undefined : within(pin.fallback));
  if (!found) return err(interpreterMissing(language, pin, candidates));
  const name = languageNames[language];
  const asked = `${pin.source} asks for ${pin.asked}`;
  if (!exact)
    return ok({
      installed: found,
      note: `${name} ${found.version} is used: ${asked}, which is not installed.`,
    });
  if (found === onPath) return ok({ installed: found });
  return ok({ installed: found, note: `${name} ${found.version} is used: ${asked}.` });
}

/** A pre-release is as good as its release here. */
const isWithin = (version: string, range: string): boolean => {
  const plain = coerce(version);
  return plain !== null && satisfies(plain, range);
};

const newestFirst = (one: InstalledInterpreter, other: InstalledInterpreter): number =>
  rcompare(coerce(one.version) ?? '0.0.0', coerce(other.version) ?? '0.0.0');

const shownVersions = 8;

function interpreterMissing(
  language: Language,
  pin: InterpreterPin,
  candidates: readonly InstalledInterpreter[],
) {
  const name = languageNames[language];
  const versions = [...new Set(candidates.map(({ version }) => version))];
  const found =
    versions.length === 0 ? 'none is installed' : `installed: ${versions.slice(0, shownVersions).join(', ')}`;
  return failure(
    'unavailable',
    'interpreter_missing',
    `The project asks for ${name} ${pin.asked} (${pin.source}); ${found}.`,
    {
      retryable: false,
      suggestion: `Install ${name} ${pin.asked} on the machine of the agent-runner, on the PATH or in its version manager, or change ${pin.source}.`,
    },
  );
}
