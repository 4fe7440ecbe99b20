import { noteSigner, noteVerifier, parseCheckpoint, signCheckpoint, signingKeyOf } from '@ymera/transparency';
import { decideCheckpoint, type CheckpointFacts } from './checkpoint-decision';

const origin = 'test.example/audit';
const signer = noteSigner(signingKeyOf(origin, Buffer.alloc(32, 1)));
const other = noteSigner(signingKeyOf(origin, Buffer.alloc(32, 2)));
const root = Buffer.alloc(32, 7);
const otherRoot = Buffer.alloc(32, 8);
const checkpoint = (size: number, by = signer, name = origin) => {
  const parsed = parseCheckpoint(signCheckpoint({ origin: name, size, root }, by));
  if (!parsed) throw new Error('not a checkpoint');
  return parsed;
};
const key = noteVerifier(signer.verifierKey);
const grown: CheckpointFacts = {
  entries: 9,
  size: 9,
  key,
  newest: checkpoint(5),
  rootAtNewest: root,
  lastSeen: { size: 5, root },
};
const forgedNote = {
  ...checkpoint(5),
  note: { ...checkpoint(5).note, text: `${origin}\n5\n${otherRoot.toString('base64')}\n` },
};

describe('decideCheckpoint', () => {
  it.each<[string, Partial<CheckpointFacts>, string]>([
    ['signs a log that grew', {}, 'sign'],
    ['signs after a start, when this process has signed nothing yet', { lastSeen: undefined }, 'sign'],
    [
      'signs an empty log first',
      { entries: 0, size: 0, newest: undefined, rootAtNewest: undefined, lastSeen: undefined },
      'sign',
    ],
    ['signs nothing when the log did not grow', { entries: 5, size: 5 }, 'nothing'],
    [
      'signs after newer checkpoints of another instance',
      { newest: checkpoint(7), lastSeen: { size: 5, root: otherRoot } },
      'sign',
    ],
  ])('%s', (_name, facts, kind) => {
    expect(decideCheckpoint({ ...grown, ...facts }).kind).toBe(kind);
  });

  it.each<[string, Partial<CheckpointFacts>, string]>([
    ['entries without leaves', { entries: 10 }, 'log_damaged'],
    ['a log that became shorter', { entries: 4, size: 4 }, 'log_shortened'],
    ['another past', { rootAtNewest: otherRoot }, 'log_forked'],
    ['an incomplete tree at the newest checkpoint', { rootAtNewest: undefined }, 'log_forked'],
    ['another checkpoint of the same size', { lastSeen: { size: 5, root: otherRoot } }, 'log_forked'],
    [
      'a newest checkpoint older than the last seen one',
      { lastSeen: { size: 6, root } },
      'checkpoints_rolled_back',
    ],
    ['deleted checkpoints', { newest: undefined }, 'checkpoints_rolled_back'],
    ['a checkpoint of another key', { newest: checkpoint(5, other) }, 'key_changed'],
    ['a checkpoint of another log', { newest: checkpoint(5, signer, 'other.example') }, 'key_changed'],
    ['a checkpoint that was changed', { newest: forgedNote }, 'signature_wrong'],
  ])('refuses %s', (_name, facts, code) => {
    expect(decideCheckpoint({ ...grown, ...facts })).toMatchObject({ kind: 'refuse', code });
  });
});
