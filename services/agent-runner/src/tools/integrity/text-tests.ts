import { strength } from './matchers';
import type { Assertion, TestCase, TestFile } from './test-model';

const skipped =
  /@(?:Disabled|Ignore)\b|\bt\.Skip(?:f|Now)?\(|\bb\.Skip|#\[ignore|\bpending\b|^\s*x(?:it|describe|context)\b|\bmarkTestSkipped\(|\[(?:Ignore|Fact\(Skip|Theory\(Skip)|@tag :skip|\bskip\b\s*(?:\(|"|')/;
const assertion =
  /\b(?:assert(?:[_.:]*\w+)*|expect|should(?:\.\w+)*|t\.(?:Error|Errorf|Fatal|Fatalf)|require\.\w+|Assert\.\w+|XCTAssert\w*|REQUIRE|CHECK|EXPECT_\w+|ASSERT_\w+|panic|refute)\s*!?\s*[({ ]/;
const testCase =
  /\bfunc (?:\([^)]*\) )?((?:Test|Benchmark|Fuzz|Example)\w*)|#\[(?:tokio::|async_std::)?test\b|@(?:Parameterized)?Test\b|^\s*(?:it|test|specify|describe|context|scenario)\s+["'](.*?)["']|^\s*def (test_\w+)|\bfunction (test\w+)|\[(?:Fact|Theory|Test|TestMethod)\b|\bTEST(?:_F|_P)?\s*\(([^)]*)\)/;
const vacuous =
  /\bassert!?\s*\(?\s*true\b|\bassertTrue\(\s*true|\bassert_eq!\(\s*(\w+)\s*,\s*\1\s*\)|\bassertEquals\(\s*(\w+)\s*,\s*\2\s*\)/;

/** Tests of languages without a parser here, line by line: conservatively, every word that may mean skip does. */
export function textTests(path: string, text: string): TestFile {
  const cases: { title: string; line: number; isSkipped: boolean; assertions: Assertion[] }[] = [];
  let isSkippedNext = false;
  withoutComments(text)
    .split('\n')
    .forEach((line, index) => {
      const found = testCase.exec(line);
      if (found) {
        const title = found.slice(1).find(Boolean) ?? `test ${cases.length + 1}`;
        cases.push({ title, line: index + 1, isSkipped: isSkippedNext, assertions: [] });
        isSkippedNext = false;
      }
      if (skipped.test(line)) {
        const current = cases.at(-1);
        // An attribute is before or between the parts that it belongs to.
        if (/^\s*(?:#\[|@|\[)/.test(line) && !found && !/#\[ignore/.test(line)) isSkippedNext = true;
        else if (current) current.isSkipped = true;
      }
      if (assertion.test(line) && !/^\s*(?:use|import|require|from)\b/.test(line)) {
        if (cases.length === 0) cases.push({ title: '', line: index + 1, isSkipped: false, assertions: [] });
        cases.at(-1)?.assertions.push(lineAssertion(line.trim(), index + 1));
      }
    });
  return {
    path,
    cases: cases.map(({ title, line, isSkipped, assertions }): TestCase => ({
      title,
      state: isSkipped ? 'skipped' : 'runs',
      assertions,
      actions: [],
      timeoutMs: undefined,
      retries: 0,
      line,
    })),
    timeoutMs: undefined,
    retries: 0,
    rows: [],
  };
}

const lineAssertion = (text: string, line: number): Assertion => ({
  inputs: [],
  asWritten: text.replaceAll(/\s+/g, ' '),
  relation: 'line',
  strength: vacuous.test(text) ? strength.nothing : strength.exact,
  isNegated: false,
  actual: text.replaceAll(/\s+/g, ' '),
  expected: '',
  guards: [],
  suppression: undefined,
  isLoose: false,
  isVacuous: vacuous.test(text),
  bound: undefined,
  callees: [...text.matchAll(/([A-Za-z_][\w.]*)\s*\(/g)].flatMap(([, name]) =>
    name === undefined ? [] : [name],
  ),
  literals: text.match(/"[^"]*"|'[^']*'|\b\d+(?:\.\d+)?\b/g) ?? [],
  line,
});

/** A commented-out test is a removed test. */
const withoutComments = (text: string): string =>
  text
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '))
    .replaceAll(/(^|\s)(?:\/\/|#(?!\[)|--\s).*$/gm, '$1');
