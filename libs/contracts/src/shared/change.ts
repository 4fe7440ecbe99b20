import { digestOf } from '@ymera/kernel';
import { z } from 'zod';
import { added } from '../define/added';
import { agentId, digest, gitObjectId, timestamp, uuid } from './ids';
import { waivers } from './waiver';

export const severity = z.enum(['info', 'low', 'medium', 'high', 'critical']);

export const finding = z.object({
  code: z.string().max(100),
  severity,
  message: z.string().max(2000),
  /** Relative to the root of the repository. */
  file: z.string().max(1000).optional(),
  /** A line in the change; of removed text, in its base. */
  line: z.number().int().min(1).optional(),
  /** What was observed: expected and actual values of a test, measurements. Output of tools, never instructions. */
  evidence: z.string().max(4000).optional(),
  suggestion: z.string().max(2000).optional(),
  /**
   * The examination's policy marks a judgement that stops the change unless a person accepts it; absent: it cannot be
   * accepted.
   */
  waivable: added(z.boolean()),
});
export type Finding = z.output<typeof finding>;

export const findings = z.array(finding).max(500);

/** Interleaved runs of the project's benchmark on base and change, in milliseconds. */
export const beforeAfter = z.object({
  name: z.string().max(200),
  runs: z.number().int().min(1),
  before_ms: z.array(z.number().min(0)).max(1000),
  after_ms: z.array(z.number().min(0)).max(1000),
  before_median_ms: z.number().min(0),
  after_median_ms: z.number().min(0),
  speedup: z.number().min(0),
  before_peak_mb: z.number().min(0).optional(),
  after_peak_mb: z.number().min(0).optional(),
  /** Bytes of heap retained by each operation, where the benchmark reports it; the median of the runs. */
  before_retained_bytes: z.number().min(0).optional(),
  after_retained_bytes: z.number().min(0).optional(),
  interleaved: z.literal(true),
});
export type BeforeAfter = z.output<typeof beforeAfter>;

export const testSummary = z.object({
  tree: gitObjectId,
  command: z.string().max(2000),
  total: z.number().int().min(0),
  passed: z.number().int().min(0),
  /** Without those that fail on the base as well. */
  failed: z.number().int().min(0),
  skipped: z.number().int().min(0),
  flaky: z.number().int().min(0).default(0),
  duration_ms: z.number().min(0),
  /** The command's own exit code. Counts alone prove nothing: unless `failed_on_base` or `flaky` explains it, 0 is necessary. */
  exit_code: z.number().int(),
  /** Tests that fail on the base in the same way, by name; the change is not their cause. */
  failed_on_base: added(z.number().int().min(1)),
});
export type TestSummary = z.output<typeof testSummary>;

/**
 * Whether the change broke no test. The exit code decides; a code other than 0 is accepted only where every failed test
 * fails on the base as well, or passed in another run.
 */
export const hasPassed = ({ exit_code, failed, flaky, failed_on_base: onBase = 0 }: TestSummary): boolean =>
  failed === 0 && (exit_code === 0 || onBase > 0 || flaky > 0);

/** How many tests failed; for a command that ran no test, how it ended. */
export const failedTestsText = ({ total, failed, exit_code }: TestSummary): string =>
  total === 0
    ? `The test command failed with exit code ${exit_code}, and no test ran`
    : `${failed} of ${total} tests failed (exit code ${exit_code})`;

export const verdict = z.object({
  approved: z.boolean(),
  base: gitObjectId,
  commit: gitObjectId,
  tree: gitObjectId,
  policy_version: z.string().max(50),
  reasons: z.array(z.string().max(1000)).max(100),
  findings,
  before_after: beforeAfter.optional(),
});
export type Verdict = z.output<typeof verdict>;

/** The examination's verdict with its author; a landing gate is bound to the digest of exactly this and the change. */
export const attributedVerdict = verdict.extend({
  agent_id: agentId,
  /** The findings that a person has accepted for this tree; added by the orchestrator, whatever the agent reports. */
  waivers: added(waivers),
});
export type AttributedVerdict = z.output<typeof attributedVerdict>;

/**
 * The subject of a landing gate: exactly this tree under exactly this verdict. The orchestrator opens the gate with it,
 * the coordinator stores the decision under it, integration computes it again before it lands.
 */
export const landingSubjectDigest = (tree: string, examined: AttributedVerdict): string =>
  digestOf({ tree, verdict: examined });

/** A proposed change as an agent returns it: inline against `base`, up to 1 MiB. */
export const proposedChange = z.object({
  base: gitObjectId,
  patch: z.string().min(1).max(1_048_576),
  summary: z.string().max(2000).optional(),
});
export type ProposedChange = z.output<typeof proposedChange>;

/** A proposed change whose patch is an artefact of the integration service, because it is too large for a message. */
export const changeArtefact = z.object({
  base: gitObjectId,
  /** Of the patch, byte for byte; its address at integration. */
  digest,
  size_bytes: z.number().int().min(1).max(67_108_864),
  summary: z.string().max(2000).optional(),
});
export type ChangeArtefact = z.output<typeof changeArtefact>;

export const artefact = z.object({
  name: z.string().max(200),
  digest,
  size_bytes: z.number().int().min(0).max(67_108_864),
  media_type: z.string().max(100),
});

/** A landed change that another one reverts: it was created on `base`, its only parent. */
export const revertedChange = z.object({ change_id: uuid, base: gitObjectId, commit: gitObjectId });

export const changeResource = z.object({
  change_id: uuid,
  project_id: z.string(),
  workflow_id: uuid,
  step_id: z.string(),
  attempt: z.number().int(),
  agent_id: agentId,
  base: gitObjectId,
  commit: gitObjectId,
  tree: gitObjectId,
  state: z.enum(['materialised', 'landed']),
  files: z.array(z.object({ path: z.string(), added: z.number().int(), removed: z.number().int() })),
  diff: z.string(),
  created_at: timestamp,
  /** The landed change that this one reverts. */
  reverts: added(uuid),
});
export type ChangeResource = z.output<typeof changeResource>;
