import { changeLimitVariables, type ChangeLimits } from '@ymera/config';
import { failure, type Failure } from '@ymera/kernel';

/** The reasons why a working copy cannot be proposed as a change, with suggestions. */

const maxNamed = 5;

const list = (names: readonly string[]): string => {
  const more = names.length - maxNamed;
  return `${names.slice(0, maxNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};

export const changeUnreadable = (complaint: string): Failure =>
  failure('internal', 'change_unreadable', `git could not read the change: ${complaint}`);

export function changeEmpty(leftOut: readonly string[]): Failure {
  const ignored = leftOut.length === 0 ? '' : ` The project ignores the written files: ${list(leftOut)}.`;
  return failure('validation', 'change_empty', `Nothing was changed in the working copy.${ignored}`, {
    suggestion:
      leftOut.length === 0
        ? 'Say more precisely what should change, or check that the command writes into its current directory.'
        : 'Change the rule that ignores the file, or let the command add it with "git add --force".',
  });
}

export const changeOutside = (places: readonly string[]): Failure =>
  failure(
    'validation',
    'change_outside',
    `The change reaches outside of the repository: ${places.slice(0, maxNamed).join('; ')}.`,
    {
      suggestion:
        'Write only below the current directory; use $TMPDIR for temporary files and relative links that stay inside.',
    },
  );

export const nestedRepository = (folders: readonly string[]): Failure =>
  failure(
    'validation',
    'nested_repository',
    `The command left another git repository in the working copy, whose files cannot be part of the change: ${list(folders)}.`,
    {
      suggestion: `Remove the .git of ${folders[0] ?? 'it'} so that its files become part of the change, or remove the folder, or work in $TMPDIR.`,
    },
  );

export const submoduleChanged = (places: readonly string[]): Failure =>
  failure(
    'validation',
    'submodule_changed',
    `The command changed a submodule, and a change holds nothing of another repository: ${list(places)}.`,
    {
      suggestion:
        'Make that change in the repository of the submodule, and leave its folder, its commit and .gitmodules unchanged.',
    },
  );

const raise = (limit: keyof ChangeLimits): string =>
  `Leave generated files and downloads out of the repository, split the request, or raise ${changeLimitVariables[limit]} of the runner and of the integration service.`;

export const tooManyFiles = (files: number, { maxFiles }: ChangeLimits): Failure =>
  failure('validation', 'change_too_large', `The change touches ${files} files; the limit is ${maxFiles}.`, {
    suggestion: raise('maxFiles'),
  });

export const tooManyBytes = (bytes: number, largest: string, { maxBytes }: ChangeLimits): Failure =>
  failure(
    'validation',
    'change_too_large',
    `The changed files have ${bytes} bytes; the limit is ${maxBytes}. The largest: ${largest}.`,
    { suggestion: raise('maxBytes') },
  );

export const patchTooLarge = ({ maxPatchBytes }: ChangeLimits): Failure =>
  failure('validation', 'change_too_large', `The patch has more bytes than the limit of ${maxPatchBytes}.`, {
    suggestion: raise('maxPatchBytes'),
  });
