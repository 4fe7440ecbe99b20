import type { Language, ProjectInterpreter } from '../../toolchain/host-toolchain';
import type { SandboxRun } from '../../sandbox/sandbox';
import type { MachineRegistries } from './registry/machine-registries';
import type { CommittedFile, ProjectFiles } from './project-files';

/** What a run of a project's own command must be given to find the packages and tools that the project means. */
export interface PreparedProject extends Pick<
  SandboxRun,
  'mounts' | 'environment' | 'searchPath' | 'toolPath' | 'readable'
> {
  /** For the log: what was chosen or left out, and why. */
  readonly notes?: readonly string[];
}

/** How the packages of one manager are installed; plain data that decides everything. */
export interface Installation {
  /** The manager, as people call it. */
  readonly name: string;
  /** The file that a person would change; findings name it. */
  readonly manifest: string;
  /** Files as committed, by path, that decide what is installed. */
  readonly inputs: ReadonlyMap<string, string>;
  /** Files of the project that are installed from, such as archives. */
  readonly copied?: readonly CommittedFile[];
  /** Paths that must exist for the manager, whatever is in them: they are made empty. */
  readonly placeholders?: readonly string[];
  /** What else decides, such as versions of interpreters. */
  readonly decides?: readonly string[];
  /** Run by `sh -c` in a folder that holds the inputs; without it nothing needs to be installed. */
  readonly command?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Programs that the command needs and the project's own commands may use. */
  readonly tools?: readonly Installation[];
  /**
   * An absolute path inside a sandbox, or a name in the installation, that the command fills and that later runs see in
   * the same place. Without it the `node_modules` folders are what was installed.
   */
  readonly place?: string;
  /** What later runs are given besides the place, which they see at this path. */
  readonly provides?: (place: string) => Pick<PreparedProject, 'environment' | 'toolPath' | 'readable'>;
  readonly notes?: readonly string[];
}

export interface InstallerInput {
  readonly files: ProjectFiles;
  readonly interpreters: ReadonlyMap<Language, ProjectInterpreter>;
  readonly registries: MachineRegistries;
  /** The working copy as the project's commands see it. */
  readonly root: string;
  /** Whether the person's PATH, or the system, has a program. */
  readonly hasProgram: (name: string) => boolean;
  /** Whether the person's Python can import a module. */
  readonly hasModule: (python: ProjectInterpreter, name: string) => Promise<boolean>;
}

/** Reads a project's files; undefined where it does not use this manager. */
export type Installer = (input: InstallerInput) => Promise<Installation | undefined>;
