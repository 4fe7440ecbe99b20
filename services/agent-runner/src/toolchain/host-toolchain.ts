import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ok, type Result } from '@ymera/kernel';
import { askInterpreter, canImport } from './ask-interpreter';
import { chooseInterpreter } from './choose-interpreter';
import { installedVersions } from './installed-versions';
import type { InstalledInterpreter, Interpreter, InterpreterPin, Language } from './interpreter';

export type { Language };

export interface ProjectInterpreter extends Interpreter {
  readonly note?: string;
}

const programOf: Readonly<Record<Language, readonly string[]>> = {
  node: ['node'],
  python: ['python3', 'python'],
  go: ['go'],
  rust: ['rustc'],
  java: ['java'],
  ruby: ['ruby'],
};

/**
 * The interpreters of this host, as the person's shell finds them. Results are cached while the runner lives:
 * a query takes up to some hundred milliseconds.
 */
export class HostToolchain {
  private readonly modules = new Map<string, Promise<boolean>>();
  private readonly asked = new Map<string, Promise<Interpreter | undefined>>();

  /** `path` is the person's PATH; `ownNode` runs this process, and is used where the person has no matching node. */
  constructor(
    readonly path: readonly string[],
    private readonly ownNode = process.execPath,
  ) {}

  /** The interpreter for a project; undefined where it pins none and the PATH has none. */
  async interpreter(
    language: Language,
    pin: InterpreterPin | undefined,
  ): Promise<Result<ProjectInterpreter | undefined>> {
    const onPath = await this.onPath(language);
    const others = pin ? [...installedVersions(language, this.homes()), ...(await this.own(language))] : [];
    const chosen = chooseInterpreter(language, pin, onPath, others);
    if (!chosen.ok) return chosen;
    if (!chosen.value) return ok(undefined);
    const { installed, note } = chosen.value;
    const interpreter = await this.ask(language, installed.executable);
    return ok(interpreter && { ...interpreter, ...(note === undefined ? {} : { note }) });
  }

  /** Whether a Python of this host can import a module from its own installation. */
  hasModule({ executable }: Interpreter, name: string): Promise<boolean> {
    const key = `${executable} ${name}`;
    const known = this.modules.get(key) ?? canImport(executable, name);
    this.modules.set(key, known);
    return known;
  }

  /** The path of a program, ignoring the folders of other checkouts' packages that npm puts in front. */
  find(program: string): string | undefined {
    return (
      this.folders()
        // A shim starts a program that its manager selects, and a sandbox has no such manager.
        .filter((folder) => !folder.includes('/shims'))
        .map((folder) => join(folder, program))
        .find((file) => existsSync(file))
    );
  }

  private async onPath(language: Language): Promise<Interpreter | undefined> {
    for (const program of programOf[language])
      for (const folder of this.folders()) {
        const file = join(folder, program);
        const interpreter = existsSync(file) ? await this.ask(language, file) : undefined;
        if (interpreter) return interpreter;
      }
    return undefined;
  }

  private async own(language: Language): Promise<readonly InstalledInterpreter[]> {
    const own = language === 'node' ? await this.ask('node', this.ownNode) : undefined;
    return own ? [own] : [];
  }

  private ask(language: Language, file: string): Promise<Interpreter | undefined> {
    const key = `${language} ${file}`;
    const known = this.asked.get(key) ?? askInterpreter(language, file, this.path);
    this.asked.set(key, known);
    return known;
  }

  private folders(): readonly string[] {
    return this.path.filter((folder) => !folder.includes('/node_modules'));
  }

  /** Version managers are also searched along the PATH: the runner's own home may be another one. */
  private homes(): readonly string[] {
    const named = this.path.flatMap((folder) => /^(\/.+?)\/\.[^/]+\//.exec(`${folder}/`)?.[1] ?? []);
    return [...new Set([homedir(), ...named])];
  }
}
