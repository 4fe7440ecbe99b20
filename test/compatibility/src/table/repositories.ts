import type { Combination, Trial } from '../combination';
import { lands, onSum, operands } from './changes';
import { sumModule, sumTest, tiny } from './projects';

const shared = {
  language: 'JavaScript',
  tool: 'node:test',
  packageManager: 'none',
  files: tiny,
  command: 'npm test',
} as const;

const swap = "sed -i 's/a + b/b + a/' src/sum.mjs";

const submodule = `
git init --quiet --initial-branch=main "$TMP/lib"
echo 'export const one = 1;' > "$TMP/lib/one.mjs"
git -C "$TMP/lib" add --all && git -C "$TMP/lib" commit --quiet -m lib
git submodule --quiet add "$TMP/lib" vendor/lib`;

const lfsPointer =
  'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n';

/** Not landed, with a message about it: a refusal of the change names the path. */
const refusedFor = (name: string, script: string, code: string, says: RegExp): Trial => ({
  name,
  request: operands,
  script: `${swap}\n${script}`,
  expected: { outcome: 'stopped', code, says },
});

/** The change is sent back with a finding that names the path. */
const sentBackFor = (name: string, script: string, finding: string, says: RegExp): Trial => ({
  name,
  request: operands,
  script: `${swap}\n${script}`,
  expected: { outcome: 'sent back', finding, says },
});

/** Special kinds of repositories. */
export const repositoryCombinations: readonly Combination[] = [
  {
    id: 'repo-bare',
    ...shared,
    shape: 'bare repository',
    publish: 'git clone --quiet --bare . "$TMP/bare.git" && echo "$TMP/bare.git"',
    trials: lands('src/sum.mjs', 1),
  },
  {
    id: 'repo-shallow',
    ...shared,
    shape: 'shallow clone',
    publish:
      'git commit --quiet --allow-empty -m second && git clone --quiet --depth=1 "file://$PWD" "$TMP/shallow" && echo "$TMP/shallow"',
    trials: lands('src/sum.mjs', 1),
  },
  {
    id: 'repo-sha256',
    ...shared,
    shape: 'sha256 objects',
    objectFormat: 'sha256',
    trials: onSum('src/sum.mjs', 1),
  },
  {
    id: 'repo-worktree',
    ...shared,
    shape: 'linked worktree',
    publish: 'git worktree add --quiet -b work "$TMP/tree" && echo "$TMP/tree"',
    trials: lands('src/sum.mjs', 1),
  },
  {
    id: 'repo-submodule',
    ...shared,
    shape: 'submodule, which the tests do not need',
    prepare: submodule,
    trials: [
      ...lands('src/sum.mjs', 1),
      refusedFor(
        'inside',
        'mkdir -p vendor/lib; echo x > vendor/lib/two.mjs',
        'submodule_changed',
        /vendor\/lib/,
      ),
      refusedFor(
        'settings',
        'sed -i "s#vendor/lib\\"#vendor/other\\"#" .gitmodules',
        'submodule_changed',
        /\.gitmodules/,
      ),
    ],
  },
  {
    id: 'repo-nested',
    ...shared,
    shape: 'the agent leaves another repository in the working copy',
    trials: [
      refusedFor(
        'empty',
        'mkdir -p examples/app; git init --quiet examples/app; echo x > examples/app/x.txt',
        'nested_repository',
        /examples\/app/,
      ),
      refusedFor(
        'with-a-commit',
        'git init --quiet tools/gen; cd tools/gen; echo x > x.txt; git add --all; git -c user.name=a -c user.email=a@example.org commit --quiet -m x',
        'nested_repository',
        /tools\/gen/,
      ),
    ],
  },
  {
    id: 'repo-lfs',
    ...shared,
    shape: 'LFS attributes; git-lfs is not there',
    files: {
      ...tiny,
      '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
      'assets/logo.bin': lfsPointer,
    },
    trials: [
      ...lands('src/sum.mjs', 1),
      sentBackFor('raw', 'head -c 3000 /dev/urandom > assets/logo.bin', 'lfs_content', /lfs/i),
      sentBackFor('new-raw-file', 'printf "raw bytes" > assets/new.bin', 'lfs_content', /assets\/new\.bin/),
      {
        name: 'new-pointer',
        request: operands,
        script: `${swap}\nsed 's/4d7a/5e8b/' assets/logo.bin > assets/other.bin`,
        expected: { outcome: 'landed', passed: 1, holds: ['assets/other.bin'] },
      },
    ],
  },
  {
    id: 'repo-lfs-subfolder',
    ...shared,
    shape: 'LFS attributes of a subfolder',
    files: {
      ...tiny,
      'media/.gitattributes': '*.psd filter=lfs diff=lfs merge=lfs -text\n',
      'media/a.psd': lfsPointer,
    },
    trials: [sentBackFor('raw', 'head -c 3000 /dev/zero > media/a.psd', 'lfs_content', /media\/a\.psd/)],
  },
  {
    id: 'repo-crlf',
    ...shared,
    shape: 'CRLF line ends, `text=auto`',
    files: {
      ...tiny,
      '.gitattributes': '* text=auto\n*.mjs eol=crlf\n',
      'src/sum.mjs': sumModule.replaceAll('\n', '\r\n'),
    },
    trials: lands('src/sum.mjs', 1),
  },
  {
    id: 'repo-names',
    ...shared,
    shape: 'spaces, quotes and other scripts in names',
    files: {
      ...tiny,
      'src/sum.mjs': "export { sum } from './eine Größe/sümme \\'+\\'.mjs';\n",
      "src/eine Größe/sümme '+'.mjs": sumModule,
      'docs/日本語 メモ.md': 'x\n',
    },
    trials: [
      {
        name: 'honest',
        request: operands,
        script:
          "sed -i 's/a + b/b + a/' src/*/*.mjs\nprintf 'y\\n' >> 'docs/日本語 メモ.md'\nprintf 'z\\n' > 'docs/Ünïcode ☃.md'",
        expected: { outcome: 'landed', passed: 1, holds: ['docs/Ünïcode ☃.md', 'docs/日本語 メモ.md'] },
      },
    ],
  },
  {
    id: 'repo-symlinks',
    ...shared,
    shape: 'symbolic links to files and folders',
    prepare: 'ln -s src lib && mkdir docs && ln -s ../src/sum.mjs docs/example.mjs',
    files: { ...tiny, 'test/sum.test.mjs': sumTest.replace('../src/', '../lib/') },
    trials: [
      {
        name: 'honest',
        request: operands,
        script: `${swap}\nln -s sum.mjs src/plus.mjs`,
        expected: { outcome: 'landed', passed: 1, holds: ['src/plus.mjs', 'lib'] },
      },
    ],
  },
  {
    id: 'repo-case-rename',
    ...shared,
    shape: 'a file is renamed in its letter case alone',
    files: { ...tiny, 'docs/readme.md': '# x\n' },
    trials: [
      {
        name: 'honest',
        request: operands,
        script: `${swap}\nmv docs/readme.md docs/README.md`,
        expected: { outcome: 'landed', passed: 1, holds: ['docs/README.md'] },
      },
    ],
  },
  {
    id: 'repo-executable',
    ...shared,
    shape: 'executable bit and binary files',
    trials: [
      {
        name: 'honest',
        request: operands,
        script: `${swap}\nmkdir bin; printf '#!/bin/sh\\necho sum\\n' > bin/sum; chmod +x bin/sum; head -c 4096 /dev/urandom > logo.png`,
        expected: { outcome: 'landed', passed: 1, holds: ['bin/sum', 'logo.png'] },
      },
    ],
  },
  {
    id: 'repo-many-files',
    ...shared,
    shape: '10,000 files',
    prepare:
      'for d in $(seq 100); do mkdir -p data/$d; for f in $(seq 100); do echo $d-$f > data/$d/$f.txt; done; done',
    trials: lands('src/sum.mjs', 1),
  },
  {
    id: 'repo-ignored-fixture',
    ...shared,
    shape: 'fixtures below an ignored `node_modules`, kept by force',
    files: { ...tiny, '.gitignore': 'node_modules/\n' },
    prepare:
      "mkdir -p examples/app/node_modules/one && echo 'module.exports = 1;' > examples/app/node_modules/one/index.js && git add --force examples",
    trials: [
      {
        name: 'edit',
        request: operands,
        script: `${swap}\necho 'module.exports = 11;' > examples/app/node_modules/one/index.js`,
        expected: { outcome: 'landed', passed: 1, holds: ['examples/app/node_modules/one/index.js'] },
      },
      {
        name: 'left-out',
        request: operands,
        script: `${swap}\nmkdir -p examples/app/node_modules/two; echo 'module.exports = 2;' > examples/app/node_modules/two/index.js`,
        expected: { outcome: 'landed', passed: 1, saysAlso: /node_modules\/two/ },
      },
    ],
  },
  {
    id: 'repo-ignored-files',
    ...shared,
    shape: 'the agent writes a file that .gitignore names',
    files: { ...tiny, '.gitignore': 'dist/\n*.local\n' },
    trials: [
      {
        name: 'honest',
        request: operands,
        script: `${swap}\nmkdir dist; echo x > dist/out.js; echo y > settings.local`,
        expected: { outcome: 'landed', passed: 1, saysAlso: /settings\.local/ },
      },
    ],
  },
  {
    id: 'repo-fixture-node-modules',
    ...shared,
    shape: 'committed `node_modules` as a fixture',
    files: {
      ...tiny,
      'test/fixtures/node_modules/one/index.js': 'module.exports = 1;\n',
      'test/resolve.test.mjs':
        "import assert from 'node:assert/strict';\nimport { createRequire } from 'node:module';\nimport { test } from 'node:test';\n\ntest('resolves', () => {\n  assert.equal(createRequire(new URL('./fixtures/x.js', import.meta.url))('one'), 1);\n});\n",
    },
    trials: [
      {
        name: 'honest',
        request: operands,
        script: `${swap}\nmkdir -p test/fixtures/node_modules/two\nprintf 'module.exports = 2;\\n' > test/fixtures/node_modules/two/index.js\nsed "s/'one'), 1/'two'), 2/; s/resolves/resolves the second/" test/resolve.test.mjs > test/two.test.mjs`,
        expected: {
          outcome: 'landed',
          passed: 3,
          holds: ['test/fixtures/node_modules/two/index.js', 'test/two.test.mjs'],
        },
      },
    ],
  },
];
