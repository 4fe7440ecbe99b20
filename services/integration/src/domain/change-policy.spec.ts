import { changeLimitVariables } from '@ymera/config';
import {
  limitVariables,
  checkPatchedPaths,
  checkProposedTree,
  type ChangedEntry,
  type ProposedTree,
} from './change-policy';
import { noLfs } from './lfs';

const limits = { maxFiles: 3, maxBytes: 100, maxPatchBytes: 1000 };
const entry = (path: string, over: Partial<ChangedEntry> = {}): ChangedEntry => ({
  path,
  oldMode: '100644',
  newMode: '100644',
  size: 10,
  isBinary: false,
  ...over,
});
const tree = (over: Partial<ProposedTree>): ProposedTree => ({
  entries: [entry('a.js')],
  linksBefore: new Map(),
  linksAfter: new Map(),
  paths: [],
  lfs: noLfs,
  ...over,
});
const codeOf = (proposed: ProposedTree) => checkProposedTree(proposed, limits)?.failure.code;

describe('checking the paths of a patch', () => {
  it.each(['../x', 'a/../../x', '/etc/passwd', '.git/config', 'a/.git/hooks/x', '.GIT/config', ''])(
    'refuses the path "%s" and names it',
    (path) => {
      const refused = checkPatchedPaths(['ok.js', path], limits);
      expect(refused?.failure.code).toBe('change_outside');
      expect(refused?.findings).toEqual([
        expect.objectContaining({ code: 'change_outside', severity: 'critical', file: path }),
      ]);
    },
  );

  it.each(['a.js', '.gitignore', '.github/workflows/ci.yml', 'a/..b/c', 'x.git/y'])(
    'accepts the path "%s"',
    (path) => {
      expect(checkPatchedPaths([path], limits)).toBeUndefined();
    },
  );

  it('refuses too many paths', () => {
    expect(checkPatchedPaths(['a', 'b', 'c'], limits)).toBeUndefined();
    expect(checkPatchedPaths(['a', 'b', 'c', 'd'], limits)?.failure.code).toBe('change_too_large');
  });
});

describe('checking a proposed tree', () => {
  it.each<[string, Partial<ProposedTree>, string | undefined]>([
    ['with a changed file', {}, undefined],
    ['with a file made executable', { entries: [entry('a', { newMode: '100755' })] }, undefined],
    ['with a deleted file', { entries: [entry('a', { newMode: '000000', size: 0 })] }, undefined],
    ['without any difference', { entries: [] }, 'change_empty'],
    ['with too many bytes', { entries: [entry('a', { size: 101 })] }, 'change_too_large'],
    [
      'with too many bytes in all',
      { entries: [entry('a', { size: 60 }), entry('b', { size: 60 })] },
      'change_too_large',
    ],
    [
      'with a new submodule',
      { entries: [entry('a', { oldMode: '000000', newMode: '160000' })] },
      'submodule_refused',
    ],
    [
      'without an old submodule',
      { entries: [entry('a', { oldMode: '160000', newMode: '000000' })] },
      'submodule_refused',
    ],
    ['with another .gitmodules', { entries: [entry('.gitmodules')] }, 'submodule_refused'],
    ['where a file became a link', { entries: [entry('a', { newMode: '120000' })] }, 'mode_refused'],
    ['where a link became a file', { entries: [entry('a', { oldMode: '120000' })] }, undefined],
    ['with a mode git does not know', { entries: [entry('a', { newMode: '100600' })] }, 'mode_refused'],
    [
      'with a new link inside',
      {
        entries: [entry('l', { oldMode: '000000', newMode: '120000' })],
        linksAfter: new Map([['l', 'a.js']]),
      },
      undefined,
    ],
    [
      'with a new link outside',
      {
        entries: [entry('l', { oldMode: '000000', newMode: '120000' })],
        linksAfter: new Map([['l', '../x']]),
      },
      'change_outside',
    ],
    [
      'with a link as .gitignore',
      {
        entries: [entry('.gitignore', { oldMode: '000000', newMode: '120000' })],
        linksAfter: new Map([['.gitignore', 'a.js']]),
      },
      'change_outside',
    ],
    [
      'where an old link leads outside as before',
      { linksBefore: new Map([['l', '/opt']]), linksAfter: new Map([['l', '/opt']]) },
      undefined,
    ],
    [
      'where an old link leads elsewhere outside',
      { linksBefore: new Map([['l', '/opt']]), linksAfter: new Map([['l', '/etc']]) },
      'change_outside',
    ],
    [
      'where a new link makes an old one lead outside',
      {
        linksBefore: new Map([['evil', 'x/up/../y']]),
        linksAfter: new Map([
          ['evil', 'x/up/../y'],
          ['x/up', '..'],
        ]),
      },
      'change_outside',
    ],
  ])('%s', (_, over, code) => {
    expect(codeOf(tree(over))).toBe(code);
  });

  it('names each offending file', () => {
    const refused = checkProposedTree(tree({ linksAfter: new Map([['a/l', '../../x']]) }), limits);
    expect(refused?.failure.message).toContain('a/l -> ../../x');
    expect(refused?.findings.map(({ file }) => file)).toEqual(['a/l']);
  });
});

describe('the variable that a refusal names', () => {
  it('is the one that sets the limit', () => expect(limitVariables).toEqual(changeLimitVariables));
});
