import { locateCommand } from './command-paths';

const files = new Set([
  '/home/ada/agent.mjs',
  '/home/ada/tools/fix.sh',
  '/home/ada/../shared/x.py',
  '/home/ada/both.sh',
]);
const located = (command: string) =>
  locateCommand(command, {
    folder: '/home/ada',
    isFile: (path) => files.has(path),
    isInCopy: (path) => path === 'both.sh',
  });

describe('a command line', () => {
  it.each([
    ['node agent.mjs', "node '/home/ada/agent.mjs'"],
    ['./agent.mjs --fast', "'/home/ada/agent.mjs' --fast"],
    ['sh "tools/fix.sh" now', 'sh "/home/ada/tools/fix.sh" now'],
    ['python3 ../shared/x.py', "python3 '/home/ada/../shared/x.py'"],
  ])('finds what its author meant: %s', (command, expected) => {
    expect(located(command)).toBe(expected);
  });

  it.each([
    ['what the working copy has itself', 'sh ./both.sh'],
    ['what nobody has', 'sh ./none.sh'],
    ['absolute paths', 'node /home/ada/agent.mjs'],
    ['options', '--config=agent.mjs'],
    ['plain words', 'make build'],
    ['parts of longer words', 'node -e \'import("./agent.mjs")\''],
  ])('leaves alone %s', (_, command) => {
    expect(located(command)).toBe(command);
  });
});
