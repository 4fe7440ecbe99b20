import { locateCommand } from './command-paths';

const files = new Set([
  '/home/ada/agent.mjs',
  '/home/ada/tools/fix.sh',
  '/home/ada/my tools/fix it.sh',
  '/home/ada/../shared/x.py',
  '/home/ada/both.sh',
  '/users/ada/bin/own.sh',
]);
const programs = new Set(['/users/ada/bin/my-agent', '/usr/bin/my-agent', '/usr/bin/tee']);
const locate = (command: string) =>
  locateCommand(command, {
    folder: '/home/ada',
    home: '/users/ada',
    path: ['/users/ada/bin', '/usr/bin'],
    isFile: (path) => files.has(path),
    isProgram: (path) => programs.has(path),
    isInCopy: (path) => path === 'both.sh',
  });
const located = (command: string) => locate(command).command;

describe('a command line', () => {
  it.each([
    ['node agent.mjs', "node '/home/ada/agent.mjs'"],
    ['./agent.mjs --fast', "'/home/ada/agent.mjs' --fast"],
    ['sh "tools/fix.sh" now', "sh '/home/ada/tools/fix.sh' now"],
    ['python3 ../shared/x.py', "python3 '/home/ada/../shared/x.py'"],
    [`'my tools/fix it.sh' --say "a b"`, `'/home/ada/my tools/fix it.sh' --say "a b"`],
    ['my\\ tools/fix\\ it.sh; ./agent.mjs', "'/home/ada/my tools/fix it.sh'; '/home/ada/agent.mjs'"],
    ['cat < agent.mjs > agent.mjs', "cat < '/home/ada/agent.mjs' > agent.mjs"],
    ['~/bin/own.sh --fast', "'/users/ada/bin/own.sh' --fast"],
  ])('resolves files and programs in %s', (command, expected) => {
    expect(located(command)).toBe(expected);
  });

  it.each([
    ['what the working copy has itself', 'sh ./both.sh'],
    ['a file that does not exist', 'sh ./none.sh'],
    ['absolute paths', 'node /home/ada/agent.mjs'],
    ['options', '--config=agent.mjs'],
    ['plain words', 'make build'],
    ['parts of longer words', 'node -e \'import("./agent.mjs")\''],
    ['what a variable decides', 'node "$HERE/agent.mjs" $X/agent.mjs'],
    ['what is written', 'cat <x >agent.mjs >> tools/fix.sh 2>&1 >| ~/bin/own.sh'],
    ['a home that is quoted, or has no such file', `'~/bin/own.sh' ~/.cache/state`],
  ])('does not change %s', (_, command) => {
    expect(located(command)).toBe(command);
  });

  it.each([
    ['on the author’s PATH, the first of them', 'my-agent --stdin', ['/users/ada/bin/my-agent']],
    ['each of a pipe', 'KEY=1 my-agent | tee log', ['/users/ada/bin/my-agent', '/usr/bin/tee']],
    ['none that has a folder, is decided by a variable or unknown', './my-agent "$tee"; other', []],
    ['once, however often', 'tee a && tee b', ['/usr/bin/tee']],
    ['behind one that starts it', 'timeout -s KILL 20 nice -n 5 my-agent', ['/users/ada/bin/my-agent']],
    ['behind its variables', 'env -i KEY="a b" my-agent', ['/users/ada/bin/my-agent']],
    ['for a shell within', `sh -c 'my-agent --fast | tee'`, ['/users/ada/bin/my-agent', '/usr/bin/tee']],
  ])('finds the programs of %s', (_, command, expected) => {
    expect(locate(command).programs).toEqual(expected);
  });
});
