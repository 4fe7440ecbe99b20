/**
 * A small syntax tree that JavaScript, TypeScript and Python share: the input of the rules about tests and cheats.
 * Types, comments, parentheses and formatting are removed. A node without a counterpart here is `other` with its children.
 */
export type Syntax =
  | Name
  | Literal
  | Template
  | List
  | RecordSyntax
  | Call
  | Member
  | Binary
  | Logical
  | Unary
  | Conditional
  | Await
  | Spread
  | FunctionSyntax
  | ClassSyntax
  | Assign
  | Declare
  | Return
  | Throw
  | If
  | Loop
  | Try
  | Switch
  | Block
  | Import
  | Other;

interface Placed {
  /** 1-based. */
  readonly line: number;
}

interface Name extends Placed {
  readonly kind: 'name';
  readonly name: string;
}

interface Literal extends Placed {
  readonly kind: 'literal';
  /** `null` is also JavaScript's `undefined` and Python's `None`. */
  readonly type: 'string' | 'number' | 'boolean' | 'null' | 'regexp';
  readonly value: string;
}

/** Texts and expressions alternately. A tagged template is a call with the template as its argument. */
export interface Template extends Placed {
  readonly kind: 'template';
  readonly texts: readonly string[];
  readonly values: readonly Syntax[];
}

/** Arrays, tuples and sets. */
interface List extends Placed {
  readonly kind: 'list';
  readonly items: readonly Syntax[];
}

export interface RecordEntry {
  /** A name or literal for a plain key; undefined for a spread. */
  readonly key: Syntax | undefined;
  readonly value: Syntax;
}

export interface RecordSyntax extends Placed {
  readonly kind: 'record';
  readonly entries: readonly RecordEntry[];
}

export interface Argument {
  readonly name: string;
  readonly value: Syntax;
}

export interface Call extends Placed {
  readonly kind: 'call';
  readonly callee: Syntax;
  readonly args: readonly Syntax[];
  /** Python's keyword arguments. */
  readonly named: readonly Argument[];
  readonly isNew: boolean;
}

interface Member extends Placed {
  readonly kind: 'member';
  readonly object: Syntax;
  /** A text where the name is known: `a.b`, `a['b']`. */
  readonly property: string | Syntax;
}

interface Binary extends Placed {
  readonly kind: 'binary';
  readonly operator: string;
  readonly left: Syntax;
  readonly right: Syntax;
}

interface Logical extends Placed {
  readonly kind: 'logical';
  readonly operator: 'and' | 'or' | 'nullish';
  readonly left: Syntax;
  readonly right: Syntax;
}

interface Unary extends Placed {
  readonly kind: 'unary';
  readonly operator: string;
  readonly operand: Syntax;
}

interface Conditional extends Placed {
  readonly kind: 'conditional';
  readonly test: Syntax;
  readonly whenTrue: Syntax;
  readonly whenFalse: Syntax;
}

interface Await extends Placed {
  readonly kind: 'await';
  readonly operand: Syntax;
}

interface Spread extends Placed {
  readonly kind: 'spread';
  readonly operand: Syntax;
}

export interface Parameter {
  /** A name, or a list or record of names for destructuring. */
  readonly pattern: Syntax;
  readonly initial: Syntax | undefined;
  readonly isRest: boolean;
}

export interface FunctionSyntax extends Placed {
  readonly kind: 'function';
  readonly name: string | undefined;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Syntax[];
  /** `(a) => a + 1`: the body is one `return`. */
  readonly isExpression: boolean;
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  readonly isExported: boolean;
  readonly isAbstract: boolean;
  readonly decorators: readonly Syntax[];
}

export interface ClassSyntax extends Placed {
  readonly kind: 'class';
  readonly name: string | undefined;
  readonly bases: readonly Syntax[];
  readonly members: readonly Syntax[];
  readonly isExported: boolean;
  readonly isAbstract: boolean;
  readonly decorators: readonly Syntax[];
}

interface Assign extends Placed {
  readonly kind: 'assign';
  readonly target: Syntax;
  /** `=`, `+=`, ...; `++` and `--` have the target as their value. */
  readonly operator: string;
  readonly value: Syntax;
}

interface Declare extends Placed {
  readonly kind: 'declare';
  readonly target: Syntax;
  readonly value: Syntax | undefined;
  readonly isConstant: boolean;
  readonly isExported: boolean;
}

interface Return extends Placed {
  readonly kind: 'return';
  readonly value: Syntax | undefined;
}

interface Throw extends Placed {
  readonly kind: 'throw';
  readonly value: Syntax | undefined;
}

interface If extends Placed {
  readonly kind: 'if';
  readonly test: Syntax;
  readonly whenTrue: readonly Syntax[];
  readonly whenFalse: readonly Syntax[];
}

interface Loop extends Placed {
  readonly kind: 'loop';
  /** The condition of `while` and of `for (;;)`. */
  readonly test: Syntax | undefined;
  /** The iterated value of a `for ... of`, and the name or pattern that each element is bound to. */
  readonly target: Syntax | undefined;
  readonly iterable: Syntax | undefined;
  readonly body: readonly Syntax[];
}

export interface Handler {
  readonly line: number;
  readonly parameter: string | undefined;
  /** Python's exception classes. */
  readonly type: Syntax | undefined;
  readonly body: readonly Syntax[];
  readonly hasComment: boolean;
}

interface Try extends Placed {
  readonly kind: 'try';
  readonly body: readonly Syntax[];
  readonly handlers: readonly Handler[];
  readonly last: readonly Syntax[];
}

interface SwitchCase {
  readonly line: number;
  /** Undefined for `default`. */
  readonly test: Syntax | undefined;
  readonly body: readonly Syntax[];
}

interface Switch extends Placed {
  readonly kind: 'switch';
  readonly subject: Syntax;
  readonly cases: readonly SwitchCase[];
}

/** A plain block, or Python's `with`, whose managers are `items`. */
interface Block extends Placed {
  readonly kind: 'block';
  readonly items: readonly Syntax[];
  readonly body: readonly Syntax[];
}

interface ImportedName {
  /** `*` for all of it, `default` for its default export. */
  readonly imported: string;
  readonly local: string;
}

/** An import, and an export that names a module. */
export interface Import extends Placed {
  readonly kind: 'import';
  readonly module: string;
  readonly names: readonly ImportedName[];
  readonly isExport: boolean;
}

interface Other extends Placed {
  readonly kind: 'other';
  /** The parser's own name for it. */
  readonly type: string;
  readonly children: readonly Syntax[];
}

export interface SyntaxFile {
  readonly language: 'javascript' | 'python';
  readonly body: readonly Syntax[];
  /** Whether the parser understood all of it. */
  readonly isBroken: boolean;
}
