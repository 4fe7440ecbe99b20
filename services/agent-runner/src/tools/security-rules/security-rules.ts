import type { Rule } from 'eslint';

const executors = new Set(['exec', 'execSync']);

function rule(
  message: string,
  create: (report: (node: Rule.Node) => void, source: Rule.RuleContext['sourceCode']) => Rule.RuleListener,
): Rule.RuleModule {
  return {
    meta: { type: 'problem', schema: [], messages: { found: message } },
    create: (context) => create((node) => context.report({ node, messageId: 'found' }), context.sourceCode),
  };
}

/** A text with inserted values: a template with parts, or a sum. */
const isAssembled = (node: { type: string } | undefined): boolean =>
  (node?.type === 'TemplateLiteral' && (node as { expressions?: unknown[] }).expressions?.length !== 0) ||
  node?.type === 'BinaryExpression';

const nameOf = (node: { type: string }): string =>
  node.type === 'Identifier'
    ? (node as unknown as { name: string }).name
    : node.type === 'MemberExpression'
      ? nameOf((node as unknown as { property: { type: string } }).property)
      : '';

/** Dangerous constructs of JavaScript that no maintained set of rules knows, by the code of their findings. */
export const securityRules: Readonly<Record<string, Rule.RuleModule>> = {
  shell_injection: rule(
    'A shell command is composed of parts; control over one part is control over the shell.',
    (report, source) => ({
      CallExpression(node) {
        const isOfProcess = /child_process/.test(source.text) && executors.has(nameOf(node.callee));
        if (isOfProcess && isAssembled(node.arguments[0])) report(node);
      },
      Property(node) {
        const isShell =
          nameOf(node.key) === 'shell' && node.value.type === 'Literal' && node.value.value === true;
        if (isShell && /child_process/.test(source.text)) report(node);
      },
    }),
  ),
  tls_disabled: rule('The certificate of the other side is not checked.', (report) => ({
    Property(node) {
      if (
        nameOf(node.key) === 'rejectUnauthorized' &&
        node.value.type === 'Literal' &&
        node.value.value === false
      )
        report(node);
    },
    AssignmentExpression(node) {
      if (nameOf(node.left) === 'NODE_TLS_REJECT_UNAUTHORIZED') report(node);
    },
  })),
  weak_hash: rule('MD5 and SHA-1 can be forged.', (report) => ({
    CallExpression(node) {
      const [first] = node.arguments;
      const isHash = ['createHash', 'createHmac'].includes(nameOf(node.callee));
      if (isHash && first?.type === 'Literal' && /^(md5|sha1)$/i.test(String(first.value))) report(node);
    },
  })),
  unescaped_html: rule('Text becomes part of a page without being escaped.', (report) => ({
    AssignmentExpression(node) {
      if (['innerHTML', 'outerHTML'].includes(nameOf(node.left)) && node.right.type !== 'Literal')
        report(node);
    },
    CallExpression(node) {
      if (nameOf(node.callee) === 'insertAdjacentHTML' && node.arguments[1]?.type !== 'Literal') report(node);
    },
  })),
  prototype_write: rule(
    'The prototype of an object is written; a key from outside could reach every object.',
    (report) => ({
      MemberExpression(node) {
        const isTarget = node.parent.type === 'AssignmentExpression' && node.parent.left === node;
        const isPrototype =
          (!node.computed && nameOf(node) === '__proto__') ||
          (node.computed && node.property.type === 'Literal' && node.property.value === '__proto__');
        if (isTarget && isPrototype) report(node);
      },
    }),
  ),
};
