import type { RequestWords } from '../request-words';
import type { Weight } from './weight';

/** Words that make failures not count, or tests not run. */
const swallows =
  /\|\|\s*(?:true|:|exit 0|echo\b|node -e ['"]?0|cd \.|exit\b(?! [1-9]))|;\s*(?:true|:|exit 0)\s*$|&\s*$|\bset \+e\b|^\s*-\s*\w|\bexit 0\b|2>\s*\/dev\/null\s*\|\|/;
const narrows =
  /--(?:passWithNoTests|pass-with-no-tests|test-name-pattern|testNamePattern|grep|fgrep|invert|testPathPatterns?|testPathIgnorePatterns|exclude|ignore(?!-scripts|-engines)|deselect|shard|onlyChanged|changedSince|findRelatedTests|related|changed|bail|retr(?:y|ies)|reruns|test-timeout|testTimeout|timeout|timeouts|forceExit|force-exit|exit|no-coverage|coverage\.enabled=false|update-?snapshots?|updateSnapshot|test-update-snapshots|test-only|testMatch|roots|config|no-fail|maxfail|lf|last-failed|allow-empty|dangerouslyIgnoreUnhandledErrors|allowOnly|no-verify|test-skip-pattern)\b|\s-(?:u|t|g|i|k|m|x|c|b|f)\s|\s-(?:u|x|b)$|\bNODE_(?:ENV|OPTIONS)=|\bCI=|\bPYTHON(?:PATH|OPTIMIZE|STARTUP)=|\bpython\S* -O/;
const loads =
  /--(?:import|require|loader|experimental-loader|setupFiles\S*|globalSetup|env-file|experimental-test-module-mocks|rootdir|p)\b|\s-(?:r|p)\s/;
const harmlessLoads =
  /^(?:tsx(?:\/(?:esm|cjs))?|ts-node\/\w+|ts-node|@swc-node\/register(?:\/\w+)?|esbuild-register|source-map-support\/register|tsm|amaro\/\w+|dotenv\/config)$/;
const harmless =
  /^(?:--(?:test-reporter(?:-destination)?(?:=(?:spec|tap|dot|junit|stdout|stderr|\S+\.(?:xml|txt|tap)))?|reporters?(?:=\S+)?|verbose|color|colors|no-color|coverage|experimental-test-coverage|test-coverage-\S+|experimental-strip-types|experimental-transform-types|experimental-vm-modules|no-warnings|enable-source-maps|trace-\S+|silent|runInBand|run|parallel|check-coverage|cov\S*|strict-markers|tb=\S+|durations=\S+|test-concurrency\S*|maxWorkers\S*|ci)|-[vqs]+|-ra|cross-env|npx|c8|nyc|--)$/;

/** The severity of a changed test command. */
export function weighCommand(
  before: string | undefined,
  after: string | undefined,
  facts?: { readonly request: RequestWords; readonly paths: ReadonlySet<string> },
): Weight {
  const [old, now] = [(before ?? '').trim(), (after ?? '').trim()];
  if (old === now) return 'none';
  if (now === '') return 'harmful';
  const isNew = (pattern: RegExp) => countOf(now, pattern) > countOf(old, pattern);
  if (isNew(swallows) || isNew(narrows)) return 'harmful';
  if (isNew(loads) && !loadedBy(now).every((one) => harmlessLoads.test(one) || loadedBy(old).includes(one)))
    return 'harmful';
  // A command that rewrites expectations must not run before the tests.
  if (
    /\b(?:update|regenerat\w*|fixtures?|snapshots?|goldens?|approve|record|baseline)\b/i.test(
      now.replace(old, ''),
    )
  )
    return 'harmful';
  if (old === '')
    return /^(?:true|:|exit|echo|rm|mv|sed|cp|git)\b/.test(now) || /\brm\b|\bsed -i/.test(now)
      ? 'harmful'
      : 'visible';
  // All previous parts still run, with additions.
  const parts = now.split('&&').map(bare);
  const isKept = old
    .split('&&')
    .map(bare)
    .every((part) => parts.includes(part));
  if (isKept && !/\|\||;|\|(?!\|)/.test(now.replace(old, ''))) return 'visible';
  if (bare(old) === bare(now)) return 'visible';
  if (!facts) return 'harmful';
  if (followsMove(bare(old), bare(now), facts.paths)) return 'visible';
  // Another runner, named in the request.
  const tool = bare(now).split(' ')[0] ?? '';
  return tool.length > 2 &&
    tool !== bare(old).split(' ')[0] &&
    new RegExp(`\\b${tool.replaceAll(/\W/g, '.')}\\b`, 'i').test(facts.request.text)
    ? 'visible'
    : 'harmful';
}

/** Deleted paths, replaced by existing ones. */
function followsMove(before: string, after: string, paths: ReadonlySet<string>): boolean {
  const [old, now] = [before.split(' '), after.split(' ')];
  const isThere = (word: string) => {
    const path = word.replace(/^\.\//, '').replace(/\/?(?:\*.*)?$/, '');
    return path !== '' && (paths.has(path) || [...paths].some((one) => one.startsWith(`${path}/`)));
  };
  return (
    old.length === now.length &&
    old.every(
      (word, index) =>
        word === now[index] || (/[/.]|^tests?$/.test(word) && !isThere(word) && isThere(now[index] ?? '')),
    )
  );
}

const countOf = (text: string, pattern: RegExp): number =>
  [...text.matchAll(new RegExp(pattern.source, 'g'))].length;

/** Without options that only change the display of results or the compilation of files. */
const bare = (command: string): string =>
  command
    .trim()
    .split(/\s+/)
    .filter(
      (word, index, words) =>
        !harmless.test(word) &&
        !isHarmlessLoader(word, words[index + 1]) &&
        !(index > 0 && isHarmlessLoader(words[index - 1] ?? '', word)),
    )
    .join(' ');

const isHarmlessLoader = (flag: string, value: string | undefined): boolean =>
  /^(?:--import|--require|--loader|-r)$/.test(flag)
    ? harmlessLoads.test(value ?? '')
    : /^--(?:import|require|loader)=/.test(flag) && harmlessLoads.test(flag.split('=')[1] ?? '');

const loadedBy = (command: string): readonly string[] =>
  [...command.matchAll(/--(?:import|require|loader|experimental-loader)[= ](\S+)|\s-(?:r|p)\s+(\S+)/g)].map(
    ([, one, other]) => one ?? other ?? '',
  );
