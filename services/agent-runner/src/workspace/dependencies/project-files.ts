import { FailureException } from '@ymera/kernel';
import type { Workspace } from '../workspace';

/** A file that need not be a text. */
export interface CommittedFile {
  readonly path: string;
  /** The id of its bytes. */
  readonly object: string;
  /** Rejects when they are too many. */
  readonly bytes: () => Promise<Buffer>;
}

/** The files of a commit, read when they are asked for, each once. What git cannot read is thrown. */
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

  /** Those in a folder, by their paths in it: a part of the repository as if it were one of its own. */
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

  /** Those of the paths that are there, as they are: their bytes are read when they are needed. */
  asTheyAre(paths: Iterable<string>): readonly CommittedFile[] {
    return [...new Set(paths)].flatMap((path) => {
      const object = this.objects.get(path);
      return object === undefined ? [] : [{ path, object, bytes: () => this.bytesOf(object) }];
    });
  }

  /** Undefined where there is none of a sensible size. */
  read(path: string): Promise<string | undefined> {
    const object = this.objects.get(path);
    if (object === undefined) return Promise.resolve(undefined);
    const known = this.texts.get(path) ?? this.textOf(object);
    this.texts.set(path, known);
    return known;
  }

  /** Those of the paths that are there, with their texts. */
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
