import type { AnalysisFinding } from '../analysis-protocol';
import { print } from '../syntax/print';
import { pythonSyntax } from '../syntax/python-syntax';
import type { Call, Syntax } from '../syntax/syntax';
import { constantText, dottedName, walk } from '../syntax/walk';
import { securityAdvice } from './security-advice';

type Seen = readonly [code: string, severity: AnalysisFinding['severity'], message: string];

/** Dangerous constructs of Python, on its syntax. */
export function pythonFindings(path: string, text: string): readonly AnalysisFinding[] {
  const found: AnalysisFinding[] = [];
  walk(pythonSyntax(text).body, (node) => {
    if (node.kind !== 'call') return;
    const seen = ofCall(node);
    if (!seen) return;
    const [code, severity, message] = seen;
    found.push({
      code,
      severity,
      message,
      file: path,
      line: node.line,
      suggestion: securityAdvice[code] ?? '',
    });
  });
  return found;
}

function ofCall(node: Call): Seen | undefined {
  const name = dottedName(node.callee);
  const [first] = node.args;
  const isFixed = first === undefined || constantText(first) !== undefined;
  const named = (key: string) => node.named.find((one) => one.name === key)?.value;
  const isLiteral = (value: Syntax | undefined, text: string) =>
    value?.kind === 'literal' && value.value === text;
  if (/^(?:eval|exec|builtins\.(?:eval|exec))$/.test(name) && !isFixed)
    return ['evaluated_code', 'high', 'Text is run as code.'];
  if (/^subprocess\.\w+$/.test(name) && isLiteral(named('shell'), 'true') && !isFixed)
    return [
      'shell_injection',
      'high',
      'A shell command is composed of parts; control over one part is control over the shell.',
    ];
  if (/^(?:os\.(?:system|popen)|commands\.getoutput)$/.test(name) && !isFixed)
    return [
      'shell_injection',
      'high',
      'A shell command is composed of parts; control over one part is control over the shell.',
    ];
  if (/^yaml\.(?:load|unsafe_load|full_load|load_all)$/.test(name) && !/Safe/.test(print(node)))
    return [
      'unsafe_deserialisation',
      name === 'yaml.full_load' ? 'medium' : 'high',
      'YAML is read in a way that can run code.',
    ];
  if (/^(?:pickle|cPickle|dill|shelve|marshal|jsonpickle)\.(?:loads?|open|decode|Unpickler)$/.test(name))
    return ['unsafe_deserialisation', 'medium', 'Loading this data can run code.'];
  if (
    isLiteral(named('verify'), 'false') ||
    isLiteral(named('verify_ssl'), 'false') ||
    isLiteral(named('check_hostname'), 'false') ||
    name === 'ssl._create_unverified_context'
  )
    return ['tls_disabled', 'high', 'The certificate of the other side is not checked.'];
  if (/^hashlib\.(?:md5|sha1)$/.test(name) && !isLiteral(named('usedforsecurity'), 'false'))
    return ['weak_hash', 'low', 'MD5 and SHA-1 can be forged.'];
  if (name === 'tempfile.mktemp')
    return ['predictable_file', 'medium', 'Another process can create the file before it is opened.'];
  if (
    /(?:^|\.)(?:execute|executemany|executescript|raw)$/.test(name) &&
    (first?.kind === 'template' || (first?.kind === 'binary' && !isFixed)) &&
    /\b(?:select|insert|update|delete|drop)\b/i.test(print(first))
  )
    return ['sql_injection', 'medium', 'A query is put together from parts.'];
  if ([...node.args, ...node.named.map(({ value }) => value)].some((one) => print(one).includes('"0.0.0.0"')))
    return ['bound_to_every_address', 'medium', 'It listens on every address of the machine.'];
  return name.endsWith('.run') && isLiteral(named('debug'), 'true')
    ? ['debug_mode', 'medium', 'The debug mode lets anybody run code.']
    : undefined;
}
