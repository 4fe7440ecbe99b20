import { shellWords } from '../sandbox/shell-words';

/** Builtins of a shell. */
const builtins: ReadonlySet<string> = new Set([
  ...[
    'cd',
    'export',
    'set',
    'unset',
    'test',
    'true',
    'false',
    'echo',
    'printf',
    'exit',
    'source',
    'eval',
    'trap',
  ],
  ...[
    'wait',
    'umask',
    'ulimit',
    'shift',
    'read',
    'return',
    'type',
    'command',
    'pwd',
    'kill',
    'alias',
    'local',
  ],
]);
/** Words before a command that run it. */
const prefixes: ReadonlySet<string> = new Set(['env', 'exec', 'time', 'nice', 'nohup']);
/** A command line with these is a script of its own, which is not parsed here. */
const keywords: ReadonlySet<string> = new Set([
  'if',
  'for',
  'while',
  'until',
  'case',
  'function',
  '{',
  '!',
  'then',
  'do',
]);

/**
 * The programs that a command line starts, as it names them: plain names and paths in the working copy. Names that a shell
 * computes at run time are left out.
 */
export function commandPrograms(line: string): readonly string[] {
  const programs: string[] = [];
  let end = 0;
  let isExpected = true;
  for (const word of shellWords(line)) {
    if (/[;|&(\n]/.test(line.slice(end, word.start).replaceAll(/\d?>&\d?|&>/g, ''))) isExpected = true;
    end = word.end;
    if (!isExpected || word.isWritten) continue;
    if (keywords.has(word.text)) return programs;
    if (/^[A-Za-z_]\w*=/.test(word.text) || prefixes.has(word.text)) continue;
    isExpected = false;
    if (word.isLiteral && /^[\w./+-]+$/.test(word.text) && !builtins.has(word.text) && word.text !== '.')
      programs.push(word.text);
  }
  return [...new Set(programs)];
}
