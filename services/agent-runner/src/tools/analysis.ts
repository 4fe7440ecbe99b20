import { Linter } from 'eslint/universal';
import type { Linter as LinterTypes } from 'eslint';
import { performanceAdvice, performanceRules } from './performance-rules/performance-rules';
import { isAnalysable, isWritten } from './analysable';
import type { AnalysedFile, AnalysisFinding, RewrittenFile } from './analysis-protocol';
import { maintainedRules, securityPlugin } from './security-rules/maintained-rules';
import { pythonFindings } from './security-rules/python-rules';
import { secretsIn } from './security-rules/secrets';
import { securityAdvice } from './security-rules/security-advice';
import { securityRules } from './security-rules/security-rules';
import { textFindings } from './security-rules/text-rules';

/** ESLint's own rules, few enough that each finding is worth reading. */
const qualityRules: Readonly<Record<string, readonly [code: string, severity: AnalysisFinding['severity']]>> =
  {
    'no-debugger': ['debugger_statement', 'medium'],
    'no-unreachable': ['unreachable_code', 'medium'],
    'no-dupe-keys': ['duplicate_key', 'medium'],
    'no-self-compare': ['compared_with_itself', 'low'],
    'no-self-assign': ['assigned_to_itself', 'low'],
    'no-cond-assign': ['assignment_in_condition', 'medium'],
    'no-unsafe-finally': ['unsafe_finally', 'medium'],
    'no-constant-condition': ['constant_condition', 'low'],
    'no-async-promise-executor': ['async_promise_executor', 'medium'],
  };

const securitySeverity: Readonly<Record<string, AnalysisFinding['severity']>> = {
  shell_injection: 'high',
  tls_disabled: 'high',
  weak_hash: 'low',
  unescaped_html: 'medium',
  prototype_write: 'medium',
};

const typescriptFile = /\.[cm]?tsx?$/;
const linter = new Linter({ configType: 'flat' });

/** All findings of the rules on one file, in the order of its lines. */
export async function analyseFile({ path, text }: AnalysedFile): Promise<readonly AnalysisFinding[]> {
  const secrets = (await secretsIn(path, text)).map(({ line, kind, severity }): AnalysisFinding => ({
    code: 'secret_in_code',
    severity,
    message: `This line holds ${kind}.`,
    file: path,
    line,
    suggestion: securityAdvice['secret_in_code'] ?? '',
  }));
  // Minified, generated and third-party code is searched for secrets only: its authors do not read these findings.
  if (!isWritten(path)) return secrets;
  return [...secrets, ...codeFindings({ path, text })].toSorted((one, other) => one.line - other.line);
}

/** The findings of the rules on its code. */
export function codeFindings({ path, text }: AnalysedFile): readonly AnalysisFinding[] {
  if (isAnalysable(path)) return javascriptFindings(path, text);
  return path.endsWith('.py') ? pythonFindings(path, text) : textFindings(path, text);
}

function javascriptFindings(path: string, text: string): readonly AnalysisFinding[] {
  const rules = [...Object.keys(performanceRules), ...Object.keys(securityRules)].map(
    (name) => `ymera/${name}`,
  );
  const findings = lint(path, text, [
    ...rules,
    ...Object.keys(qualityRules),
    ...Object.keys(maintainedRules),
  ]).flatMap((message) => toFinding(path, message) ?? []);
  // One of our own rules has more to say about the same line.
  const isSaid = ({ code, line }: AnalysisFinding) =>
    code === 'command_from_variable' &&
    findings.some((other) => other.code === 'shell_injection' && other.line === line);
  return withoutRepetition(findings.filter((finding) => !isSaid(finding)));
}

/** The file after every rewrite of the named rules that is provably safe; undefined without one. */
export function rewriteFile(
  { path, text }: AnalysedFile,
  rules: readonly string[],
): RewrittenFile | undefined {
  if (!isAnalysable(path)) return undefined;
  const wanted = rules.filter((name) => name in performanceRules);
  const applied = new Set(
    lint(
      path,
      text,
      wanted.map((name) => `ymera/${name}`),
    )
      .filter((message) => message.fix)
      .map((message) => message.ruleId?.slice('ymera/'.length) ?? ''),
  );
  if (applied.size === 0) return undefined;
  const { output, messages } = linter.verifyAndFix(
    text,
    configuration(
      path,
      wanted.map((name) => `ymera/${name}`),
      sourceTypeOf(path, text),
    ),
    { filename: path },
  );
  if (output === text || messages.some((message) => message.fatal)) return undefined;
  return { path, text: output, rules: [...applied] };
}

function lint(path: string, text: string, rules: readonly string[]): readonly LinterTypes.LintMessage[] {
  return linter.verify(text, configuration(path, rules, sourceTypeOf(path, text)), {
    filename: path,
  });
}

/** A file that is no module (`with`, octals, a `return` outside) is parsed as a script before it is reported as broken. */
function sourceTypeOf(path: string, text: string): 'module' | 'commonjs' {
  if (/\.(?:mjs|mts)$/.test(path) || typescriptFile.test(path)) return 'module';
  if (/\.c[jt]s$/.test(path)) return 'commonjs';
  const messages = linter.verify(text, configuration(path, [], 'module'), {
    filename: path,
  });
  return messages.some((message) => message.fatal) ? 'commonjs' : 'module';
}

function configuration(
  path: string,
  rules: readonly string[],
  sourceType: 'module' | 'commonjs',
): LinterTypes.Config[] {
  return [
    {
      files: ['**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx}'],
      languageOptions: {
        ecmaVersion: 'latest',
        sourceType,
        // Without them the rules treat these as the file's own.
        globals: {
          setTimeout: 'readonly',
          setInterval: 'readonly',
          globalThis: 'readonly',
          window: 'readonly',
          global: 'readonly',
        },
        parserOptions: { ecmaFeatures: { jsx: /x$/.test(path) || /\.m?js$/.test(path) } },
        ...(typescriptFile.test(path) ? { parser: typescriptParser() } : {}),
      },
      // A file must not switch off its own examination.
      linterOptions: { reportUnusedDisableDirectives: 'off', noInlineConfig: true },
      plugins: { ymera: { rules: { ...performanceRules, ...securityRules } }, security: securityPlugin },
      rules: Object.fromEntries(rules.map((name) => [name, 'error'])),
    },
  ];
}

/** Loaded with the first TypeScript file: it takes a second and a hundred megabytes. */
function typescriptParser(): LinterTypes.Parser {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
  return (require('typescript-eslint') as { parser: LinterTypes.Parser }).parser;
}

function toFinding(path: string, message: LinterTypes.LintMessage): AnalysisFinding | undefined {
  const place = { message: message.message, file: path, line: Math.max(1, message.line) };
  if (message.fatal)
    return { ...place, code: 'syntax_error', severity: 'high', suggestion: 'Correct the syntax.' };
  const name = message.ruleId?.replace('ymera/', '') ?? '';
  const quality = qualityRules[name];
  if (quality)
    return {
      ...place,
      code: quality[0],
      severity: quality[1],
      suggestion: 'Correct it, or explain in a comment why it is intended.',
    };
  const maintained = maintainedRules[message.ruleId ?? ''];
  if (maintained) {
    const [code, severity] = maintained;
    return {
      ...place,
      message: message.message.slice(0, 500),
      code,
      severity,
      suggestion: securityAdvice[code] ?? '',
    };
  }
  const severity = securitySeverity[name];
  if (severity) return { ...place, code: name, severity, suggestion: securityAdvice[name] ?? '' };
  const advice = performanceAdvice[name];
  return advice === undefined ? undefined : { ...place, code: name, severity: 'medium', suggestion: advice };
}

/** Two performance rules may report the same slow line; one finding is enough. */
function withoutRepetition(findings: readonly AnalysisFinding[]): readonly AnalysisFinding[] {
  const isPerformance = (finding: AnalysisFinding) => finding.code in performanceRules;
  return findings.filter(
    (finding, index) =>
      !isPerformance(finding) ||
      !findings.some(
        (other, position) =>
          isPerformance(other) &&
          other.line === finding.line &&
          other.code !== finding.code &&
          position > index,
      ),
  );
}
