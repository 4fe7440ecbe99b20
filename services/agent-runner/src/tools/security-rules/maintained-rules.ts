import type { ESLint } from 'eslint';
import security from 'eslint-plugin-security';
import type { AnalysisFinding } from '../analysis-protocol';

export const securityPlugin = security as ESLint.Plugin;

/**
 * Rules of ESLint and of eslint-plugin-security, without those that report every variable: `detect-object-injection`
 * and `detect-non-literal-fs-filename`.
 */
export const maintainedRules: Readonly<
  Record<string, readonly [code: string, severity: AnalysisFinding['severity']]>
> = {
  'no-eval': ['evaluated_code', 'high'],
  'no-implied-eval': ['evaluated_code', 'high'],
  'no-new-func': ['evaluated_code', 'high'],
  'no-script-url': ['evaluated_code', 'medium'],
  'security/detect-child-process': ['command_from_variable', 'medium'],
  'security/detect-unsafe-regex': ['unsafe_regular_expression', 'medium'],
  'security/detect-non-literal-regexp': ['regular_expression_from_variable', 'low'],
  'security/detect-non-literal-require': ['module_from_variable', 'medium'],
  'security/detect-pseudoRandomBytes': ['weak_random', 'medium'],
  'security/detect-possible-timing-attacks': ['timing_attack', 'low'],
  'security/detect-no-csrf-before-method-override': ['csrf_bypassed', 'medium'],
  'security/detect-buffer-noassert': ['unchecked_buffer', 'medium'],
  'security/detect-new-buffer': ['unchecked_buffer', 'medium'],
  'security/detect-disable-mustache-escape': ['unescaped_html', 'medium'],
  'security/detect-bidi-characters': ['deceiving_signs', 'high'],
  'security/detect-invisible-characters': ['deceiving_signs', 'medium'],
};
