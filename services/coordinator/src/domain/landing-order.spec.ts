import { understand } from './understanding';

const landings = [
  'Merge branch feature/x into main',
  'merge feature/x into main',
  'Merge feature/login',
  'Merge the branch login-form',
  'Merge login-form into main',
  'Merge the login branch',
  'Merge the login branch into the release branch',
  'Merge main into my branch',
  'land change 123',
  'Land change 0192f7a4-3c1e-7b1c-9f00-0123456789ab when the tests pass',
  'Land the change',
  'Land the approved changes',
  'Land everything on main',
  'Land the fix for the date parser',
  'Land the date parser on main',
  'merge pull request #12',
  'Merge PR 12 and PR 13',
  'Merge #12',
  'Merge merge request 7 into develop',
  'Please merge my open PRs',
  'Merge the dependabot pull requests',
  'Merge both branches into main',
  'Merge the change that fixes the parser',
  'Could you merge it to master, please?',
  'Integrate the change into trunk',
  'Rebase onto main',
  'Rebase the branch on top of main',
  'Rebase feature/x onto main',
  'Cherry-pick commit 4f2a91c',
  'Cherry-pick 4f2a91c onto the release branch',
  'Merge this',
  'Merge and push',
  'Land the feature',
  'Merge the hotfix',
  'Merge the branch feature/x with --no-ff',
  'Merge release/1.2 back into main',
  'Merge the PR that fixes login',
  'Merge them into main and run the tests',
];

const changesOfCode = [
  'Merge duplicate requests in the fetch cache',
  'Merge the two branches of the if in parse()',
  'Merge the commits of both authors in the statistics',
  'Merge the request and response types into the main module',
  'Merge the else branch into the if',
  'Merge identical branches of the switch',
  'Merge requests by key before they are sent',
  'Merge requests that ask for the same address',
  'Merge the changes of both trees into one list',
  'Merge changes from the file watcher into one event',
  'Merge the patches of the dictionary',
  'Merge PR comments into the issue timeline',
  'Merge pull request templates into one file',
  'Merge commit messages of the same day',
  'Merge branch coverage and line coverage in the report',
  'Merge the user settings with the default values',
  'Merge the helper functions into main',
  'Merge src/a.ts into src/b.ts',
  'Merge everything in src/dates into one file',
  'Merge these two functions',
  'Merge them into one',
  'Merge the work items of the same day',
  'Merge review comments of both tools',
  'Merge the fix and the feature counters',
  'Land the rover on the main platform',
  'Land requests on the nearest worker',
  'Integrate the change feed of the shop',
  'Integrate requests into the session log',
  'Rebase the price index on the year 2020',
  'Rebase all timestamps to UTC',
  'Cherry-pick the fields that the report needs',
  'Merge commits that share a tree',
  'Merge branch nodes in the syntax tree',
  'Merge the fix for rounding into formatPrice()',
  'Merge main and secondary colors',
  'Merge pull requests and issues into one feed',
  'Merge feature flags of both tenants',
  'Add a release command',
  'Add a deploy step to the pipeline model',
  'Add an approve button to the review form',
  'Implement release of the lock when the worker ends',
  'Create a merge request counter',
  'Show approved changes in the list',
  'Support rebase of the time axis',
  'Rename the landing gear class',
  'Remove the deploy flag',
];

const otherWork = [
  ['Fix the merge request counter', 'DEBUG'],
  ['Fix the rebase of prices', 'DEBUG'],
  ['Merge requests are not counted, fix the total', 'DEBUG'],
  ['Refactor the release module', 'ENHANCE'],
  ['Speed up the deploy graph', 'ENHANCE'],
  ['Document the approve endpoint', 'DOCUMENT'],
  ['Review the landing page', 'REVIEW'],
] as const;

describe('understand, given verbs of landing', () => {
  it.each(landings)('reads "%s" as INTEGRATE', (sentence) => {
    expect(understand(sentence)).toMatchObject({ intent: 'INTEGRATE' });
  });

  it.each(changesOfCode)('reads "%s" as FEATURE', (sentence) => {
    expect(understand(sentence)).toMatchObject({ intent: 'FEATURE' });
  });

  it.each(otherWork)('reads "%s" as %s', (sentence, intent) => {
    expect(understand(sentence)).toMatchObject({ intent });
  });
});
