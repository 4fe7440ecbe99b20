import { digestOf } from '@ymera/kernel';
import { z } from 'zod';
import { digest, gitObjectId, timestamp } from './ids';

/** Characters of the reason that a person gives for a waiver. */
export const minWaiverReasonLength = 10;

/** Findings that one change may have accepted; each is sent with its reason inside of messages of at most 1 MiB. */
export const maxWaivers = 50;

/**
 * A person's decision that one finding does not stop one change: valid for the finding with this digest on exactly this
 * tree. The orchestrator creates it from an approver's decision, never from an agent's message.
 */
export const waiver = z.object({
  code: z.string().max(100),
  file: z.string().max(1000).optional(),
  digest,
  tree: gitObjectId,
  accepted_by: z.string().min(1).max(100),
  reason: z.string().min(minWaiverReasonLength).max(2000),
  accepted_at: timestamp,
});
export type Waiver = z.output<typeof waiver>;

export const waivers = z.array(waiver).max(maxWaivers);

/** The identity of a finding. The evidence is not part of it: a tool measures other figures each time. */
interface NamedFinding {
  readonly code: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly message: string;
}

const unstorable = /\0|\p{Surrogate}/gu;
const quoted = /("[^"]*"|`[^`]*`|“[^”]*”)/;
/** Not in a name such as `v2` or `sha256`. */
const figure = /(?<![\p{L}_\d.])\d+(?:[.,]\d+)*/gu;

/** Quotations name things, so the figures in them stay. */
const normalised = (message: string): string =>
  message
    .replace(unstorable, '\uFFFD')
    .normalize('NFC')
    .split(quoted)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(figure, '#')))
    .join('')
    .replace(/\s+/g, ' ')
    .trim();

/**
 * Equal for the same finding of another examination: figures in the message count as equal, because a measurement is
 * never repeated exactly.
 */
export const findingDigest = ({ code, file, line, message }: NamedFinding): string =>
  digestOf({ code, file: file ?? null, line: line ?? null, message: normalised(message) });

/** The waiver that covers this finding on this tree. */
export function waiverOf(finding: NamedFinding, given: readonly Waiver[], tree: string): Waiver | undefined {
  const onTree = given.filter((one) => one.tree === tree && one.code === finding.code);
  if (onTree.length === 0) return undefined;
  const name = findingDigest(finding);
  return onTree.find((one) => one.digest === name && one.file === finding.file);
}
