/** A tool that a combination needs on the machine, besides git, Node and npm. */
export type Need =
  | 'npm-registry'
  | 'pip-registry'
  | 'python3'
  | 'go'
  | 'bun'
  | 'cargo'
  | 'maven'
  | 'make'
  | 'ctest'
  | 'rspec'
  | 'rake'
  | 'elixir'
  | 'bats';

/** The expected end of a request. */
export type Expected =
  | {
      readonly outcome: 'landed';
      /** Counts of the tests that the platform ran on the change. */
      readonly passed?: number;
      /** Paths that the landed tree has. */
      readonly holds?: readonly string[];
      /** A finding that the approver sees although the change lands. */
      readonly finding?: string;
      /** Part of a message on the way: a finding, or a rejection that was corrected. */
      readonly saysAlso?: RegExp;
    }
  /** Nothing landed: the platform sent the change back with this finding. */
  | { readonly outcome: 'sent back'; readonly finding: string; readonly says?: RegExp }
  /** Nothing landed: the request ended with this code, and its message names whose fault it was. */
  | {
      readonly outcome: 'stopped';
      readonly code: string;
      readonly says?: RegExp;
      readonly maxRounds?: number;
    }
  /** The project was not registered. */
  | { readonly outcome: 'not registered'; readonly code: string; readonly says?: RegExp };

/** A request to the project, and the agent's actions in its working copy. */
export interface Trial {
  /** `honest`, `guilty`, or its subject. */
  readonly name: string;
  readonly request: string;
  /** Run by `sh -e`. */
  readonly script: string;
  /** Run when the change is sent back. Default: the agent gives up. */
  readonly afterFeedback?: string;
  readonly expected: Expected;
  /** A person accepts the findings of an escalation. Default: the request is abandoned there. */
  readonly accepts?: boolean;
}

/** A kind of project, and the platform's expected handling of changes to it. */
export interface Combination {
  readonly id: string;
  readonly language: string;
  readonly tool: string;
  readonly packageManager: string;
  readonly shape: string;
  readonly needs?: readonly Need[];
  /** Path and content. */
  readonly files: Readonly<Record<string, string>>;
  /** Run by `sh -e` in the repository before the first commit: lockfiles, links, submodules. `$TMP` is a folder beside it. */
  readonly prepare?: string;
  /** Run by `sh -e` in the repository after the first commit; its output is the path of the project, by default the repository. */
  readonly publish?: string;
  readonly objectFormat?: 'sha1' | 'sha256';
  /** Test command that the platform must detect; absent where it must detect none. */
  readonly command?: string;
  /** Settings that a person gives instead of the detected ones. */
  readonly givenCommand?: string;
  readonly trials: readonly Trial[];
  /** A limitation, in a sentence for users. */
  readonly limitation?: string;
}
