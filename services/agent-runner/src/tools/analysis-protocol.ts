import type { Intent } from '@ymera/contracts';
import type { ChangedFile } from './integrity/changed-file';
import type { IntegrityFinding } from './integrity/findings';
import type { MutationPlan } from './mutation/mutation-plan';

/** Messages between the runner and the analysis, a separate process in the sandbox: one JSON object each way. */
export interface AnalysisRequest {
  /** `examine`: both sides of `change`, and its effect on tests and benchmarks. */
  readonly mode: 'review' | 'rewrite' | 'examine';
  /** Without text the file is read from the current directory. */
  readonly files: readonly { readonly path: string; readonly text?: string }[];
  /** Rules that may rewrite; for `rewrite`. */
  readonly rules: readonly string[];
  /** For `examine`. The current directory holds the change. */
  readonly change?: {
    readonly files: readonly ChangedFile[];
    readonly intent: Intent;
    readonly request: string;
    /** Every path of the commit. */
    readonly paths: readonly string[];
    readonly commands: { readonly test?: string | undefined; readonly bench?: string | undefined };
  };
}

export interface AnalysedFile {
  readonly path: string;
  readonly text: string;
}

export interface AnalysisFinding {
  readonly code: string;
  readonly severity: 'info' | 'low' | 'medium' | 'high' | 'critical';
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly suggestion: string;
}

export interface RewrittenFile extends AnalysedFile {
  readonly rules: readonly string[];
}

export interface AnalysisAnswer {
  readonly analysed: number;
  /** For `examine` each file is named `before/<path>` or `after/<path>`. */
  readonly findings: readonly AnalysisFinding[];
  readonly integrity?: readonly IntegrityFinding[];
  readonly mutation?: MutationPlan | undefined;
  readonly rewritten: readonly RewrittenFile[];
}
