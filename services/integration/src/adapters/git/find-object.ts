import type { Git } from './git';

/**
 * The id of the object that `expression` names, such as `<oid>^{commit}`; undefined when there is none of that type. Only
 * git's exit code 1 means "none": any other end, such as a kill or a disk error, throws.
 */
export async function findObject(
  git: Git,
  repository: string,
  expression: string,
): Promise<string | undefined> {
  const { code, stdout } = await git.run(['rev-parse', '--verify', '--quiet', expression], {
    repository,
    accept: [0, 1],
  });
  return code === 0 ? stdout.toString('utf8').trim() : undefined;
}
