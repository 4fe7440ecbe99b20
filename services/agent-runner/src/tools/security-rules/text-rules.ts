import type { AnalysisFinding } from '../analysis-protocol';
import { securityAdvice } from './security-advice';

type Rule = readonly [
  files: RegExp,
  pattern: RegExp,
  code: string,
  severity: AnalysisFinding['severity'],
  message: string,
];

const shell = 'A shell command is composed of parts; control over one part is control over the shell.';
const certificate = 'The certificate of the other side is not checked.';

/** Dangerous constructs of languages that are not parsed here, line by line. */
const rules: readonly Rule[] = [
  [/\.go$/, /InsecureSkipVerify:\s*true/, 'tls_disabled', 'high', certificate],
  [
    /\.go$/,
    /exec\.Command\(\s*"(?:sh|bash)"\s*,\s*"-c"\s*,\s*(?:fmt\.Sprintf|[^")]*\+)/,
    'shell_injection',
    'high',
    shell,
  ],
  [/\.rs$/, /danger_accept_invalid_certs\(true\)/, 'tls_disabled', 'high', certificate],
  [/\.(?:java|kt|scala|groovy)$/, /Runtime\.getRuntime\(\)\.exec\([^)]*\+/, 'shell_injection', 'high', shell],
  [
    /\.(?:java|kt)$/,
    /new ObjectInputStream\(/,
    'unsafe_deserialisation',
    'medium',
    'Loading this data can run code.',
  ],
  [
    /\.(?:java|kt)$/,
    /\b(?:createStatement|executeQuery|executeUpdate)\([^)]*"[^"]*"\s*\+/,
    'sql_injection',
    'medium',
    'A query is put together from parts.',
  ],
  [
    /\.rb$/,
    /\b(?:eval|instance_eval|class_eval)\s*\(?\s*(?!["'][^#]*["'])/,
    'evaluated_code',
    'high',
    'Text is run as code.',
  ],
  [/\.rb$/, /(?:\bsystem|\bexec|`)[^\n]*#\{/, 'shell_injection', 'high', shell],
  [/\.rb$/, /VERIFY_NONE/, 'tls_disabled', 'high', certificate],
  [
    /\.rb$/,
    /\b(?:Marshal|YAML)\.load\b/,
    'unsafe_deserialisation',
    'medium',
    'Loading this data can run code.',
  ],
  [/\.php$/, /\beval\s*\(/, 'evaluated_code', 'high', 'Text is run as code.'],
  [/\.php$/, /\b(?:shell_exec|exec|system|passthru|popen)\s*\([^)]*\$/, 'shell_injection', 'high', shell],
  [
    /\.php$/,
    /\bunserialize\s*\(\s*\$/,
    'unsafe_deserialisation',
    'medium',
    'Loading this data can run code.',
  ],
  [
    /\.cs$/,
    /ServerCertificateCustomValidationCallback[^\n]*true|DangerousAcceptAnyServerCertificateValidator/,
    'tls_disabled',
    'high',
    certificate,
  ],
  [
    /(?:\.(?:sh|bash|ya?ml)|(?:^|\/)(?:Dockerfile|Makefile)[^/]*)$/,
    /\b(?:curl|wget)\b[^\n|]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b/,
    'downloaded_script',
    'medium',
    'A script is downloaded and run unseen.',
  ],
  [
    /(?:\.(?:sh|bash)|(?:^|\/)(?:Dockerfile|Makefile)[^/]*)$/,
    /\bcurl\b[^\n]*(?:\s-k\b|--insecure)|\bwget\b[^\n]*--no-check-certificate/,
    'tls_disabled',
    'medium',
    certificate,
  ],
];

export function textFindings(path: string, text: string): readonly AnalysisFinding[] {
  const fitting = rules.filter(([files]) => files.test(path));
  if (fitting.length === 0) return [];
  return text.split('\n').flatMap((line, index) =>
    line.length > 2_000 || /^\s*(?:#|\/\/|\*)/.test(line)
      ? []
      : fitting
          .filter(([, pattern]) => pattern.test(line))
          .map(([, , code, severity, message]): AnalysisFinding => ({
            code,
            severity,
            message,
            file: path,
            line: index + 1,
            suggestion: securityAdvice[code] ?? '',
          })),
  );
}
