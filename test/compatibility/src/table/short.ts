import type { Combination } from '../combination';

/**
 * Of the combinations that need nothing but Node, what `npm test` tries each time: ids and names of trials, for each kind of
 * project, base and judgement one. `.ci/full` tries them all.
 */
const trialsInShort: Readonly<Record<string, readonly string[]>> = {
  'node-test-esm': ['breaking'],
  'node-assert-script': ['breaking'],
  'node-given-command': ['honest'],
  'repo-submodule': ['inside'],
  'repo-nested': ['empty'],
  'repo-lfs': ['raw'],
  'repo-fixture-node-modules': ['honest'],
  'base-red': ['honest'],
  'base-network': ['honest'],
  'base-watch-node': ['any'],
  'base-missing-tool': ['any'],
  'judge-words-are-data': ['pagination'],
  'judge-tests-moved': ['moved'],
  'judge-local-logins': ['compose'],
  'judge-load-error': ['syntax'],
  'vendored-lockfile': ['stale-lockfile'],
  'vendored-workspaces': ['honest'],
};

/** The combinations of the short form, each with its trials of the short form. Throws for an unknown id or name. */
export function inShort(combinations: readonly Combination[]): readonly Combination[] {
  return Object.entries(trialsInShort).map(([id, names]) => {
    const combination = combinations.find((one) => one.id === id);
    if (combination === undefined) throw new Error(`Unknown combination ${id}.`);
    const trials = names.map((name) => {
      const trial = combination.trials.find((one) => one.name === name);
      if (trial === undefined) throw new Error(`The combination ${id} has no trial ${name}.`);
      return trial;
    });
    return { ...combination, trials };
  });
}
