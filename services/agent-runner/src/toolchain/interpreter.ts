export type Language = 'node' | 'python' | 'go' | 'rust' | 'java' | 'ruby';

/** The usual names. */
export const languageNames: Readonly<Record<Language, string>> = {
  node: 'Node.js',
  python: 'Python',
  go: 'Go',
  rust: 'Rust',
  java: 'Java',
  ruby: 'Ruby',
};

/** An interpreter or compiler of the host, and the paths that a sandbox must show for it. */
export interface Interpreter {
  readonly language: Language;
  readonly version: string;
  readonly executable: string;
  /** Folders of PATH. */
  readonly toolPath: readonly string[];
  /** Its installation, at its own paths. */
  readonly readable: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** An interpreter on the host whose paths are not known yet. */
export interface InstalledInterpreter {
  readonly version: string;
  readonly executable: string;
}

/** The version that a project pins. */
export interface InterpreterPin {
  readonly language: Language;
  /** In the project's own notation. */
  readonly asked: string;
  /** The file with the pin. */
  readonly source: string;
  /** A range in npm's semver notation. */
  readonly range: string;
  /** A wider range that is accepted with a note when no version matches the first one. */
  readonly fallback?: string;
}
