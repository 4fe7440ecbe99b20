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

/** How a request must end. */
export type Expected =
  | {
      readonly outcome: 'landed';
      /** Of the tests that the platform ran on the change. */
      readonly passed?: number;
      /** Paths that the landed tree has. */
      readonly holds?: readonly string[];
      /** What the approver is shown all the same. */
      readonly finding?: string;
      /** Words of what was told on the way: a finding, a rejection that was corrected. */
      readonly saysAlso?: RegExp;
    }
  /** Nothing landed: the platform sent the change back with this finding. */
  | { readonly outcome: 'sent back'; readonly finding: string; readonly says?: RegExp }
  /** Nothing landed: the request ended with this code, and its words say whose fault it was. */
  | {
      readonly outcome: 'stopped';
      readonly code: string;
      readonly says?: RegExp;
      readonly maxRounds?: number;
    }
  /** The project was not registered. */
  | { readonly outcome: 'not registered'; readonly code: string; readonly says?: RegExp };

/** A request to the project, and what the agent does in its working copy. */
export interface Trial {
  /** `honest`, `guilty`, or what it is about. */
  readonly name: string;
  readonly request: string;
  /** Run by `sh -e`. */
  readonly script: string;
  /** Run when the change came back. Default: the agent gives up. */
  readonly afterFeedback?: string;
  readonly expected: Expected;
  /** A person accepts the findings of an escalation. Default: the request is abandoned there. */
  readonly accepts?: boolean;
}

/** A kind of project, and what the platform does with changes to it. */
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
  /** Run by `sh -e` in the repository after the first commit; the project is what it prints, or else the repository. */
  readonly publish?: string;
  readonly objectFormat?: 'sha1' | 'sha256';
  /** Test command that the platform must find; absent where it must find none. */
  readonly command?: string;
  /** What a person gives instead of what is found. */
  readonly givenCommand?: string;
  readonly trials: readonly Trial[];
  /** What does not work, in a sentence for users. */
  readonly limitation?: string;
}
