import { isExample, isFixture, isTestFile } from '../integrity/file-roles';

export type SecretWeight = 'critical' | 'medium' | 'low';

export interface FoundSecret {
  readonly path: string;
  /** The matched text; it may be an address with a password in it. */
  readonly value: string;
  readonly line: string;
  readonly kind: string;
}

const localHost =
  /^(?:localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[?::1\]?|host\.docker\.internal|(?:[\w-]+\.)*(?:local|localhost|test|internal|example|invalid)|(?:[\w-]+\.)*example\.(?:com|org|net)|[a-z][\w-]*)$/i;
/** Variables and gaps that a person must fill in. */
const gap = /^(?:\$|\{|<|%|\*+$|x+$|\.{3}|#\{|\[)/i;
const placeholder =
  /changeme|change[-_]?(?:me|this)|your[-_]|[-_]?here$|example|placeholder|dummy|fake|sample|redacted|insert|replace|todo|not[-_]?(?:a[-_]?)?(?:real|secret)|^(?:pass(?:word|wd)?|secret|pw|pwd|token|test(?:ing)?|admin|root|guest|user|postgres|mysql|mongo|redis|rabbitmq|dev(?:elopment)?|local|app|foo|bar|baz|abc|123456?|s3cr3t|p4ssw0rd|hunter2)\d*$/i;
const repeated = /^(.)\1{5,}$|(.)\2{11,}|0123456789abcdef|abcdefghijklmnopqrstuvwxyz|1234567890/i;

/**
 * The severity of a secret: a well-known default login that reaches this machine only is shown to the approver, a
 * placeholder hardly; everything else blocks the change. Undefined for text that is no secret.
 */
export function weighSecret({ path, value, line, kind }: FoundSecret): SecretWeight | undefined {
  const isAside =
    isExample(path) ||
    isTestFile(path) ||
    isFixture(path) ||
    /(?:^|\/)(?:fixtures?|testdata|__mocks__|mocks)\//.test(path);
  const address =
    /:\/\/([^\s:/@'"`]*):([^\s@'"`]+)@([^\s:/?#'"`,)]+)/.exec(value) ??
    /:\/\/([^\s:/@'"`]*):([^\s@'"`]+)@([^\s:/?#'"`,)]+)/.exec(line);
  if (/address/.test(kind) && address) {
    const [, user = '', password = '', host = ''] = address;
    if (gap.test(password)) return undefined;
    const isDefault = placeholder.test(password) || password === user || repeated.test(password);
    if (localHost.test(host)) return isDefault ? 'low' : 'medium';
    return isDefault && isAside ? 'low' : isDefault || isAside ? 'medium' : 'critical';
  }
  if (isPlaceholder(value)) return isAside ? undefined : 'low';
  return isAside ? 'medium' : 'critical';
}

/** Not of the whole token: real ones contain any letters, but no word that describes them. */
const isPlaceholder = (value: string): boolean =>
  gap.test(value) ||
  /EXAMPLE|example|your[-_]|YOUR[-_]|changeme|placeholder|xxxxx|XXXXX|dummy|DUMMY|_?fake_?|redacted|REDACTED|0{10}/.test(
    value,
  ) ||
  /^(.)\1{5,}$/.test(value.replace(/^[a-z]{2,6}[_-]/, ''));
