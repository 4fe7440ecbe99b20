import { posix } from 'node:path';
import { isTestFile } from '../file-roles';
import type { RequestWords } from '../request-words';

/** One changed setting; undefined where it did not exist or was removed. */
export interface SettingChange {
  /** `test.coverage.thresholds.lines`. */
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** `harmful`: fewer tests run, or their failures count less. `visible`: a person should see it. */
export type Weight = 'harmful' | 'visible' | 'none';

const includes =
  /^(?:testMatch|testRegex|include|roots|testPaths|spec|files|testDir|testFiles|specs|specPattern|projects|python_files|python_classes|python_functions|testpaths|spec_files|spec_dir|collectCoverageFrom|dir|workspace)$/;
const excludes =
  /^(?:exclude|ignore|ignores|testPathIgnorePatterns|modulePathIgnorePatterns|testIgnore|excludeSpecPattern|norecursedirs|collect_ignore|collect_ignore_glob|coveragePathIgnorePatterns|omit|exclude_lines|exclude_also|watchIgnore|ignorePatterns)$/;
const selects =
  /^(?:testNamePattern|grep|fgrep|invert|only|onlyChanged|shard|allowOnly|findRelatedTests|changed|filter|tags|grepInvert)$/;
const counts =
  /^(?:passWithNoTests|bail|dangerouslyIgnoreUnhandledErrors|failZero|allowUncaught|exit|forceExit|onConsoleLog|onUnhandledError|fail_under|xfail_strict|filterwarnings|strict|failOnEmptyTestSuite|failWithoutAssertions|failNoTests|error_on|forbidOnly|forbidPending|update|updateSnapshot|ci|checkLeaks)$/;
const thresholds =
  /(?:^|\.)(?:coverageThreshold|thresholds?|check-coverage|checkCoverage|fail_under|failUnder|minimum_coverage)(?:\.|$)|^(?:nyc|c8)\.(?:lines|branches|functions|statements|check-coverage)$|^(?:lines|branches|functions|statements)$/;
const patience =
  /^(?:testTimeout|timeout|hookTimeout|teardownTimeout|defaultTimeoutInterval|slowTestThreshold|retry|retries|testRetry|reruns|repeats|timeouts|captureTimeout|browserNoActivityTimeout)$/;
const loads =
  /^(?:setupFiles|setupFilesAfterEnv|globalSetup|globalTeardown|require|loader|import|nodeArguments|node-option|node-options|moduleNameMapper|alias|transform|preset|testEnvironment|testRunner|runner|resolver|automock|snapshotResolver|helpers|p|plugins|globals|env|environment|moduleDirectories|modulePaths|resolve|script-shell|extends|unmockedModulePathPatterns|fakeTimers|deps|server|poolOptions|pool|isolate|sequence|usefixtures|addopts|pythonpath|DJANGO_SETTINGS_MODULE|define)$/;
const reports =
  /^(?:reporters?|reporter-option|verbose|coverageReporters|outputFile|silent|colors?|slow|notify|displayName|maxWorkers|workers|cache|watch|clearMocks|restoreMocks|resetMocks|logHeapUsage|diff|ui|junit_family|log_cli|cacheDirectory|collectCoverage|coverage\.enabled|enabled|all|coverageDirectory|reportsDirectory|provider|coverageProvider|full-trace|timing|random|parallel|threads)$/;
const loosens =
  /^(?:strict|noImplicitAny|strictNullChecks|noUncheckedIndexedAccess|noImplicitReturns|noFallthroughCasesInSwitch|strictFunctionTypes|useUnknownInCatchVariables|checkJs|noUnusedLocals|noUnusedParameters|noEmitOnError|exactOptionalPropertyTypes)$/;

const listOf = (value: unknown): readonly string[] =>
  value === undefined || value === null
    ? []
    : Array.isArray(value)
      ? value.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
      : typeof value === 'string'
        ? value.split(/[\s,]+(?![^{]*\})/).filter(Boolean)
        : [JSON.stringify(value)];

/** Folders without tests of the project's own. */
const notTests =
  /node_modules|\bdist\b|\bbuild\b|\bcoverage\b|\.git\b|\bout\b|\.next|\.cache|\bfixtures?\b|__pycache__|\.venv|\btmp\b|\.d\.ts/;

/** The severity of a changed setting. */
export function weigh(
  { key, before, after }: SettingChange,
  { request, paths }: { readonly request: RequestWords; readonly paths: ReadonlySet<string> },
): Weight {
  const parts = key.split('.');
  const name = parts.findLast((part) => !/^\d+$/.test(part)) ?? key;
  const isIn = (pattern: RegExp) => parts.some((part) => pattern.test(part));
  const asked = (words: RegExp, grave: Weight): Weight => (words.test(request.text) ? 'visible' : grave);
  if (thresholds.test(key))
    return lowered(before, after)
      ? asked(
          /\b(?:threshold|coverage)\b[^.]*\b(?:to|lower|reduc|relax)|\b(?:lower|relax|reduc)\w*[^.]*\b(?:threshold|coverage)/i,
          'harmful',
        )
      : 'visible';
  if (isIn(excludes)) {
    const added = listOf(after).filter((one) => !listOf(before).includes(one));
    const tests = [...paths].filter(isTestFile);
    const isHarmless = (one: string) => notTests.test(one) && !tests.some((path) => matches(one, path));
    return added.length === 0 || added.every(isHarmless)
      ? 'visible'
      : asked(/\b(?:exclud|ignor|skip)/i, 'harmful');
  }
  if (isIn(includes)) {
    // By the existing files; where the patterns match none, by the patterns themselves.
    const found = [...paths].filter(
      (path) => isTestFile(path) && listOf(before).some((one) => matches(one, path)),
    );
    const lost =
      found.length > 0
        ? found.filter((path) => !listOf(after).some((one) => matches(one, path)))
        : listOf(before).filter((one) => !listOf(after).some((other) => covers(other, one)));
    if (before === undefined) return isBroad(listOf(after)) ? 'visible' : 'harmful';
    return lost.length > 0 && after !== undefined ? 'harmful' : 'visible';
  }
  if (parts.some((part) => /^(?:paths|alias|moduleNameMapper)$/.test(part)))
    return before === undefined && !/test|mock|fake|stub/i.test(JSON.stringify(after))
      ? 'visible'
      : after === undefined
        ? 'visible'
        : asked(/\b(?:alias|path mapping|paths)\b/i, 'harmful');
  if (isIn(selects)) return after === undefined || after === false ? 'visible' : 'harmful';
  if (isIn(patience))
    return raised(before, after)
      ? asked(/\b(?:slow|time-?outs?|longer|integration|end.to.end|e2e|retr(?:y|ies)|flak)/i, 'harmful')
      : 'visible';
  if (loosens.test(name) && key.startsWith('compilerOptions'))
    return after === false || after === undefined ? asked(/\bstrict/i, 'harmful') : 'visible';
  if (counts.test(name))
    return isLax(name, after) ? asked(new RegExp(`\\b${name}\\b`, 'i'), 'harmful') : 'visible';
  if (isIn(loads))
    return isHarmlessLoad(before, after)
      ? 'visible'
      : asked(
          new RegExp(
            `\\b(?:${name}|set-?up|setup file|alias|environment|plugin|loader|preset|config(?:ur\\w+)?|jsdom|happy-dom)\\b`,
            'i',
          ),
          'harmful',
        );
  return reports.test(name) || isIn(reports) ? 'visible' : 'none';
}

const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number'
    ? value
    : typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))
      ? Number(value)
      : undefined;

/** A lower or removed threshold. A negative one counts allowed misses. */
function lowered(before: unknown, after: unknown): boolean {
  if (before === undefined) return after === false;
  if (after === undefined || after === false) return true;
  const [old, now] = [numberOf(before), numberOf(after)];
  return old !== undefined && now !== undefined && now < old;
}

/** Zero means no timeout. */
function raised(before: unknown, after: unknown): boolean {
  const [old, now] = [numberOf(before) ?? 0, numberOf(after)];
  if (after === undefined || after === false) return false;
  return now === undefined || now > old || (now === 0 && old > 0);
}

/** A glob, a regular expression or a folder, as in the tools. */
function matches(pattern: string, path: string): boolean {
  const plain = pattern.replace(/^(?:<rootDir>|\.)?\//, '');
  if (plain === path || path.startsWith(`${plain.replace(/\/$/, '')}/`)) return true;
  if (/[*{]/.test(plain) && posix.matchesGlob(path, plain)) return true;
  try {
    return /[\\^$|+]|\.\*/.test(plain)
      ? new RegExp(pattern).test(`/${path}`)
      : !/[*{]/.test(plain) && plain.length > 2 && path.includes(plain);
  } catch {
    return false;
  }
}

/** Whether one pattern matches everything that another did, tested with sample paths of the other. */
const covers = (wide: string, narrow: string): boolean => {
  const plain = (text: string) => text.replace(/^(?:<rootDir>|\.)?\//, '');
  const [one, other] = [plain(wide), plain(narrow)];
  if (one === other) return true;
  if (!/[*?{(]/.test(one)) return other.startsWith(`${one.replace(/\/$/, '')}/`);
  return samplesOf(other).every((path) => posix.matchesGlob(path, one));
};

function samplesOf(pattern: string): readonly string[] {
  const choice = /\{([^{}]*)\}|[?+@]\(([^()]*)\)/.exec(pattern);
  if (choice) {
    const [whole, braces, group] = choice;
    return (braces?.split(',') ?? group?.split('|') ?? []).flatMap((option) =>
      samplesOf(pattern.replace(whole, option)),
    );
  }
  return [
    pattern
      .replaceAll(/\[(\w)[^\]]*\]/g, '$1')
      .replaceAll('**', 'some/where')
      .replaceAll('*', 'anything')
      .replaceAll('?', 'x'),
  ];
}

const isBroad = (patterns: readonly string[]): boolean =>
  patterns.some((one) => /\*\*/.test(one) || /^(?:\.|tests?|src|<rootDir>)\/?$/.test(one));

function isLax(name: string, after: unknown): boolean {
  if (
    /^(?:fail_under|xfail_strict|strict|failOnEmptyTestSuite|failWithoutAssertions|failNoTests|forbidOnly|forbidPending|checkLeaks|error_on|failZero)$/.test(
      name,
    )
  )
    return after === undefined || after === false || after === 'false' || after === 0;
  // Warnings as errors are stricter.
  if (name === 'filterwarnings' && listOf(after).every((one) => /^error\b/.test(one))) return false;
  return after !== undefined && after !== false && after !== 0 && after !== 'false';
}

/** Compilers and environments of a package: they change the parsing of tests, not their meaning. */
const isHarmlessLoad = (before: unknown, after: unknown): boolean => {
  if (after === undefined) return true;
  const added = listOf(after).filter((one) => !listOf(before).includes(one));
  return added.every((one) =>
    /^(?:tsx|ts-node(?:\/\w+)?|ts-jest|@swc\/\w+|@swc-node\/register|esbuild-register|babel-jest|node|jsdom|happy-dom|source-map-support\/register|dotenv\/config|@testing-library\/jest-dom(?:\/\w+)?|jest-extended(?:\/all)?|react|@vitejs\/plugin-\w+|react\(\)|vue\(\)|tsconfigPaths\(\)|true|false|threads|forks|-ra|-rA|-q|-v|-vv|-n|auto|--strict-markers|--strict-config|--verbose|--color\S*|--cov\S*|--durations\S*|--tb\S*|--import-mode\S*|--showlocals)$/.test(
      one,
    ),
  );
};
