import { FailureException } from '@ymera/kernel';
import type { Workspace } from '../workspace';

/** A file that may be binary. */
export interface CommittedFile {
  readonly path: string;
  /** The id of its bytes. */
  readonly object: string;
  /** Rejects above the limit. */
  readonly bytes: () => Promise<Buffer>;
}

/** The files of a commit, read on demand, each once. Throws when git cannot read a file. */
export class ProjectFiles {
  private readonly texts = new Map<string, Promise<string | undefined>>();

  private constructor(
    private readonly workspace: Workspace,
    private readonly objects: ReadonlyMap<string, string>,
  ) {}

  static async of(workspace: Workspace, commit?: string): Promise<ProjectFiles> {
    const listed = await workspace.committedTree(commit);
    if (!listed.ok) throw new FailureException(listed.error);
    const files = listed.value.filter(({ mode }) => mode.startsWith('100'));
    return new ProjectFiles(workspace, new Map(files.map(({ path, object }) => [path, object])));
  }

  /** Those in a folder, by relative path: a part of the repository as if it were a repository. */
  below(folder: string): ProjectFiles {
    const prefix = `${folder}/`;
    const inside = [...this.objects].filter(([path]) => path.startsWith(prefix));
    return new ProjectFiles(
      this.workspace,
      new Map(inside.map(([path, object]) => [path.slice(prefix.length), object])),
    );
  }

  get paths(): readonly string[] {
    return [...this.objects.keys()];
  }

  has(path: string): boolean {
    return this.objects.has(path);
  }

  /** The existing ones of the paths, unread: their bytes are read on demand. */
  asTheyAre(paths: Iterable<string>): readonly CommittedFile[] {
    return [...new Set(paths)].flatMap((path) => {
      const object = this.objects.get(path);
      return object === undefined ? [] : [{ path, object, bytes: () => this.bytesOf(object) }];
    });
  }

  /** Undefined for a missing or too large file. */
  read(path: string): Promise<string | undefined> {
    const object = this.objects.get(path);
    if (object === undefined) return Promise.resolve(undefined);
    const known = this.texts.get(path) ?? this.textOf(object);
    this.texts.set(path, known);
    return known;
  }

  /** The existing ones of the paths, with their texts. */
  async readAll(paths: Iterable<string>): Promise<ReadonlyMap<string, string>> {
    const texts = new Map<string, string>();
    for (const path of new Set(paths)) {
      const text = await this.read(path);
      if (text !== undefined) texts.set(path, text);
    }
    return texts;
  }

  private async bytesOf(object: string): Promise<Buffer> {
    const bytes = await this.workspace.bytesOf(object);
    if (!bytes.ok) throw new FailureException(bytes.error);
    return bytes.value;
  }

  private async textOf(object: string): Promise<string | undefined> {
    const text = await this.workspace.textOf(object);
    if (!text.ok) throw new FailureException(text.error);
    return text.value;
  }
}
