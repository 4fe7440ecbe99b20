export type Language = 'node' | 'python' | 'go' | 'rust' | 'java' | 'ruby';

/** As people call them. */
export const languageNames: Readonly<Record<Language, string>> = {
  node: 'Node.js',
  python: 'Python',
  go: 'Go',
  rust: 'Rust',
  java: 'Java',
  ruby: 'Ruby',
};

/** An interpreter or compiler of the host, and what a sandbox must show for it to work. */
export interface Interpreter {
  readonly language: Language;
  readonly version: string;
  readonly executable: string;
  /** Folders of PATH. */
  readonly toolPath: readonly string[];
  /** Its installation, under its own paths. */
  readonly readable: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** One that is on the host, before it has been asked what it needs. */
export interface InstalledInterpreter {
  readonly version: string;
  readonly executable: string;
}

/** Which versions a project asks for. */
export interface InterpreterPin {
  readonly language: Language;
  /** As the project writes it. */
  readonly asked: string;
  /** The file that asks. */
  readonly source: string;
  /** A range as npm's semver reads it. */
  readonly range: string;
  /** Where no version is in the range: a wider one that will do, with a note. */
  readonly fallback?: string;
}
