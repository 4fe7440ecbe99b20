import { asInRepository } from './repository-paths';

/** A line of a file of the project. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** `path:line`, `path:line:column`, `file://...`, and Python's `File "path", line 3`. */
// Never starts within a path: long lines would take quadratic time.
const reference =
  /(?<![\w@%+,./~-])(?:file:\/\/)?([\w@%+,./~-]+\.\w+):(\d+)(?::\d+)?|File "([^"]+)", line (\d+)/g;

/**
 * Finds lines of the project in the output of tools. Only files of the commit are named: paths of the machine, of the
 * runtime and of packages do not help to find a defect.
 */
export class Places {
  constructor(
    private readonly files: ReadonlySet<string>,
    /** The path of the working copy for the tools. */
    private readonly root: string,
  ) {}

  /** The first place that a text names. */
  first(text: string): Place | undefined {
    for (const [, path, line, pythonPath, pythonLine] of text.matchAll(reference)) {
      const file = this.inProject(path ?? pythonPath ?? '');
      const number = Number(line ?? pythonLine);
      if (file !== undefined && number >= 1) return { file, line: number };
    }
    return undefined;
  }

  /** The output of tools, as shown to people. */
  inRepository(text: string): string {
    return asInRepository(text, this.root);
  }

  private inProject(path: string): string | undefined {
    const below = path.startsWith(`${this.root}/`) ? path.slice(this.root.length + 1) : path;
    const relative = below.replace(/^(?:\.\/)+/, '');
    return this.files.has(relative) ? relative : undefined;
  }
}
