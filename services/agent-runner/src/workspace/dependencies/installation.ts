import type { Language, ProjectInterpreter } from '../../toolchain/host-toolchain';
import type { SandboxRun } from '../../sandbox/sandbox';
import type { MachineRegistries } from './registry/machine-registries';
import type { CommittedFile, ProjectFiles } from './project-files';

/** Mounts and variables with which a run of a project's own command finds its packages and tools. */
export interface PreparedProject extends Pick<
  SandboxRun,
  'mounts' | 'environment' | 'searchPath' | 'toolPath' | 'readable'
> {
  /** For the log: choices and omissions, with reasons. */
  readonly notes?: readonly string[];
}

/** The installation of one manager's packages; plain data that determines everything. */
export interface Installation {
  /** The usual name of the manager. */
  readonly name: string;
  /** The file that a person would edit; findings name it. */
  readonly manifest: string;
  /** Committed files, by path, that determine the installation. */
  readonly inputs: ReadonlyMap<string, string>;
  /** Project files that are installed, such as archives. */
  readonly copied?: readonly CommittedFile[];
  /** Paths that must exist for the manager, with any content: they are created empty. */
  readonly placeholders?: readonly string[];
  /** Further inputs, such as versions of interpreters. */
  readonly decides?: readonly string[];
  /** Run by `sh -c` in a folder with the inputs; without it nothing needs to be installed. */
  readonly command?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Programs that the command needs and the project's own commands may use. */
  readonly tools?: readonly Installation[];
  /**
   * An absolute path inside a sandbox, or a name in the installation, that the command fills and that later runs have at
   * the same path. Without it the `node_modules` folders are the installation.
   */
  readonly place?: string;
  /** Further mounts and variables of later runs, which have the place at this path. */
  readonly provides?: (place: string) => Pick<PreparedProject, 'environment' | 'toolPath' | 'readable'>;
  readonly notes?: readonly string[];
}

export interface InstallerInput {
  readonly files: ProjectFiles;
  readonly interpreters: ReadonlyMap<Language, ProjectInterpreter>;
  readonly registries: MachineRegistries;
  /** The path of the working copy for the project's commands. */
  readonly root: string;
  /** Whether the person's PATH, or the system, has a program. */
  readonly hasProgram: (name: string) => boolean;
  /** Whether the person's Python can import a module. */
  readonly hasModule: (python: ProjectInterpreter, name: string) => Promise<boolean>;
}

/** Reads a project's files; undefined where it does not use this manager. */
export type Installer = (input: InstallerInput) => Promise<Installation | undefined>;
