// The words that deploy/docs/glossary.md replaces. `plain-language.mjs` refuses them.

/**
 * @typedef {object} Replacement
 * @property {readonly string[]} words words of an identifier, in lower case
 * @property {string} instead what to write
 * @property {RegExp} [except] files in which the word has its ordinary meaning
 */

/** Words that no declared name contains. An identifier is split at capital letters and underscores. @type {readonly Replacement[]} */
export const identifierWords = [
  {
    words: ['ladder', 'climb', 'climbs', 'climbed', 'climbing'],
    instead: 'sanction level, escalate, de-escalate',
  },
  { words: ['standing', 'standings'], instead: 'sanction status' },
  { words: ['brake', 'brakes', 'steer', 'steers', 'steering'], instead: 'pause, resume, control' },
  {
    words: ['materialise', 'materialises', 'materialised', 'materialising'],
    instead: 'create commit, committed',
  },
  { words: ['remake', 'remakes', 'remade', 'remaking'], instead: 'rebase, rebased' },
  { words: ['sweep', 'sweeps', 'sweeper', 'sweeping'], instead: 'periodic job, pass, poll' },
  { words: ['bury', 'buries', 'buried'], instead: 'dead-letter, record' },
  {
    words: ['forgive', 'forgives', 'forgiven', 'forgiving', 'forgivable', 'forgiveness'],
    instead: 'grace period, extend',
  },
  { words: ['silence', 'silences'], instead: 'missed reports' },
  {
    words: ['door', 'doors', 'rig', 'battlefield', 'desk', 'desks', 'obstinate', 'played'],
    instead: 'client, test environment, fake',
  },
  { words: ['world', 'worlds', 'scene', 'scenes'], instead: 'fixture, test environment' },
  { words: ['lane', 'lanes'], instead: 'queue, mutex, worker' },
  {
    words: ['canary', 'canaries'],
    instead: 'authentication probe',
    except: /sandbox\/outside-writes\.spec\.ts$/,
  },
  {
    words: ['patience'],
    instead: 'timeout, retry policy',
    except: /agent-runner\/src\/tools\/integrity\//,
  },
  { words: ['nobody', 'somebody', 'whoever', 'whomever'], instead: 'who it is: agent, operator, caller' },
];

/** First words of a declared name that has more words. */
export const superlatives = new Map([
  ['most', 'max'],
  ['longest', 'max'],
  ['largest', 'max'],
  ['biggest', 'max'],
  ['maximum', 'max'],
  ['fewest', 'min'],
  ['least', 'min'],
  ['shortest', 'min'],
  ['smallest', 'min'],
  ['minimum', 'min'],
  ['usual', 'default'],
]);

/** First words of the names of classes and types. */
export const actingWords = new Map([
  ['Take', 'Handle'],
  ['Hear', 'Handle, Record'],
  ['Follow', 'Project'],
  ['Tell', 'Publish'],
]);

/**
 * Names of published messages and their fields, which stay until a new version of the message is due; and what is called
 * after them.
 */
export const publishedNames = new Set([
  'agentStanding',
  'AgentStanding',
  'agentStandingChanged',
  'canaryName',
  'changeMaterialised',
  'materialiseChange',
  'materialiseChangeV1',
  'principalStanding',
  'PrincipalStanding',
  'recallCanary',
  'remakeChange',
  'standing',
]);

/** Words that prose does not contain, with what to write. */
export const proseWords = new Map([
  ['whoever', 'the agent, operator, caller or process that is meant'],
  ['whomever', 'the agent, operator, caller or process that is meant'],
  ['nobody', '“no agent”, “no process”, or the passive'],
  ['somebody', 'the agent, operator, caller or process that is meant'],
  ['brake', 'pause'],
  ['bury', 'dead-letter, record'],
  ['battlefield', 'test environment'],
  ['forgiveness', 'grace period'],
]);

/** A word in backquotes is data: the name of an account, a value on the wire. */
export const proseWord = new RegExp(String.raw`(?<!\x60)\b(${[...proseWords.keys()].join('|')})\b`, 'giu');
