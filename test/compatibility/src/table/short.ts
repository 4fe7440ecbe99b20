import type { Combination } from '../combination';

/** The trials of the Node-only combinations that `npm test` runs each time: ids and names of trials. */
const trialsInShort: Readonly<Record<string, readonly string[]>> = {
  'node-test-esm': ['honest', 'breaking'],
  'node-test-no-package': ['honest'],
  'node-assert-script': ['breaking'],
  'node-misleading-log': ['honest'],
  'node-pre-and-post-scripts': ['honest'],
  'node-settings-file': ['honest'],
  'node-given-command': ['honest'],
  'node-no-tests': ['any'],
  'repo-bare': ['honest'],
  'repo-sha256': ['honest'],
  'repo-names': ['honest'],
  'repo-case-rename': ['honest'],
  'repo-submodule': ['inside'],
  'repo-nested': ['empty'],
  'repo-lfs': ['raw'],
  'repo-fixture-node-modules': ['honest'],
  'repo-ignored-fixture': ['left-out'],
  'base-red': ['honest'],
  'base-network': ['honest'],
  'base-only-network': ['any'],
  'base-watch-node': ['any'],
  'base-missing-tool': ['any'],
  'judge-words-are-data': ['pagination'],
  'judge-tests-moved': ['moved'],
  'judge-local-logins': ['compose'],
  'judge-requests-for-tests': ['add-unit-tests'],
  'judge-names-of-things': ['merge-sort'],
  'judge-load-error': ['syntax'],
  'vendored-test-tool': ['honest'],
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
