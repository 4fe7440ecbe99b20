/** What the runner and the analysis, a process of its own in the sandbox, tell each other: one JSON object each way. */
export interface AnalysisRequest {
  readonly mode: 'review' | 'rewrite';
  /** Without text the file is read from the current directory. */
  readonly files: readonly { readonly path: string; readonly text?: string }[];
  /** Rules that may rewrite; for `rewrite`. */
  readonly rules: readonly string[];
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
  readonly findings: readonly AnalysisFinding[];
  readonly rewritten: readonly RewrittenFile[];
}
