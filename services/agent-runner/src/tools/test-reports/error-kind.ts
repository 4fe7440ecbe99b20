/** The kind of an error, coarse enough to be the same in two runs of one failing test. */
export type ErrorKind =
  | 'network'
  | 'service'
  | 'not_git'
  /** A file in a submodule; set by a caller that knows the project's submodules. */
  | 'submodule'
  | 'missing_module'
  | 'syntax'
  | 'timeout'
  | 'assertion'
  /** The error's class, or `unknown`. */
  | `class ${string}`
  | 'unknown';

/** Messages of programs that cannot resolve a host, or have no network. */
const network =
  /\b(?:ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH)\b|getaddrinfo|resolve (?:host|address|proxy)|name resolution|Name or service not known|nodename nor servname|no such host|[Nn]etwork is unreachable|fetch failed|Failed to fetch|UnknownHostException|dial tcp: lookup/;

/** Ports of databases, brokers and caches; a refused connection to one of them, and a missing container engine. */
const service =
  /(?:ECONNREFUSED|connection refused|actively refused|could not connect|failed to connect)[^\n]*|cannot connect to the docker daemon|is the (?:server|docker daemon) running|docker(?:\.sock)?: (?:command )?not found|MongoServerSelectionError|OperationalError[^\n]*(?:connect|server)/i;

const kinds: readonly (readonly [ErrorKind, RegExp])[] = [
  ['network', network],
  ['service', service],
  ['not_git', /not a git repository/i],
  [
    'syntax',
    /SyntaxError|IndentationError|ParseError|Unexpected token|syntax error|error\[E\d+\]|error TS\d+|undefined: /,
  ],
  [
    'missing_module',
    /ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND|Cannot find (?:module|package)|No module named|ModuleNotFoundError|ImportError|Failed to (?:load url|resolve import)|cannot load such file|ClassNotFoundException/,
  ],
  ['timeout', /timed? ?out|Timeout - Async|exceeded timeout/i],
  [
    'assertion',
    /Assert|ERR_ASSERTION|expect\(|\bassert\b|Expected|expected|!==|not equal|assertion `|ComparisonFailure|ExpectationNotMet/,
  ],
];

/** By an error's own message and its output; the message is checked first. */
export function errorKind(words: string, printed = ''): ErrorKind {
  const found = kindOf(words);
  return found === 'unknown' || found.startsWith('class ') ? deeper(found, printed) : found;
}

function kindOf(text: string): ErrorKind {
  const known = kinds.find(([, pattern]) => pattern.test(text))?.[0];
  if (known !== undefined) return known;
  const className = /\b((?:[A-Z]\w*)?(?:Error|Exception))\b/.exec(text)?.[1];
  return className === undefined ? 'unknown' : `class ${className}`;
}

/** A cause in the machine is below the error's own message: `TypeError: fetch failed`, then its cause. */
function deeper(found: ErrorKind, printed: string): ErrorKind {
  if (network.test(printed)) return 'network';
  if (service.test(printed)) return 'service';
  return found === 'unknown' ? kindOf(printed) : found;
}

/** A missing precondition of a test: its failure proves nothing about the code. */
export const needsSurroundings = (kind: ErrorKind): boolean =>
  kind === 'network' || kind === 'service' || kind === 'not_git' || kind === 'submodule';
