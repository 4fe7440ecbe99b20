import type { Clause } from './main-clause';

/**
 * "Merge", "land", "rebase" and "cherry-pick" order a landing only if their object refers to a change. A domain has
 * branches, commits, patches and requests of its own: "merge duplicate requests in the cache" asks for code.
 */

/** Always a change. */
const pullRequests = /^(?:.* )?(?:prs?|mrs?|(?:pull|merge) requests?|changesets?)$/;
/** The whole object: a change mentioned before, or the branch itself. */
const pronouns = /^(?:it|this|that|them|these|those|everything|all|both|changes|request|main|master|trunk)$/;
/** Words of other fields too. A single one without a merge partner is a change. */
const oneChange = /^(?:.* )?(?:change|branch|commit|patch|fix|hotfix|bugfix|feature|work)$/;
/** Several may be merged with each other: they are changes only under a word that says so. */
const severalChanges =
  /^(?:(?:two|both|\d+|last|latest|approved|accepted|reviewed|tested|open|pending|current|finished|completed|remaining|outstanding|feature|topic|stacked) )*(?:changes|branches|commits|patches|fixes)$/;
/** "change 123", "branch login-form", "pull request #12", "#12", a commit's id. */
const numbered =
  /^(?:(?:(?:pull|merge) )?(?:requests?|prs?|mrs?|changes?|branch|commits?|patch) (?:…|main|master|trunk|develop|#?\S*[\d-]\S*)|#\d+|[\da-f]*\d[\da-f]{6,39}|[\da-f]{8}-[\da-f-]{27})$/;
/** "Merge feature/x": a path or another identifier, with nothing that it could be merged with. */
const identifier = /^…$/;

/** Parts of a program: merging them into `main` moves code. */
const partOfProgram =
  /\b(?:functions?|methods?|class(?:es)?|types?|modules?|files?|helpers?|loops?|constants?|config(?:uration)?|settings|options|lists?|tables?|maps?|objects?|parsers?|handlers?)$/;

const branchName = String.raw`(?:(?:the|my|our|this|that|its) )?(?:main|master|trunk|mainline|develop|dev|staging|production|release|(?!(?:else|if|then|case|catch|other) )\S+ branch|branch)(?: branch)?`;
/** Nothing of a branch's name follows: "into the main module" is no branch. */
const endOfName =
  '(?=$| (?:when|once|after|before|if|as|and|but|now|please|today|again|so|because|since|without|from|for|then|too)\\b)';
const ontoBranch = new RegExp(`\\b(?:into|onto|to|on|on top of|with|against) ${branchName}${endOfName}`);
const intoSomething = /\b(?:into|onto|with) /;

/** Adverbials that may follow a change that is to land: time, reason, origin. */
const circumstance =
  /^(?:$|(?:when|once|after|before|if|as soon|now|please|today|again|so|because|since|without|for|from|here|too)\b)/;
const description = /^(?:of|by|that|which|with)\b/;
/** "branch feature/x with --no-ff" */
const namesOnly = /^(?:with )?…$/;
const more = /^and (?:(?:pull |merge )?requests? |prs? |mrs? )?#?\d/;

/** Whether the rest says where or when a change lands, and not what two things become. */
const isLanding = (rest: string): boolean =>
  ontoBranch.test(rest) || (circumstance.test(rest) && !intoSomething.test(rest));

/** Whether the clause orders the landing of a change, given that its verb is a verb of landing. */
export function ordersLanding({ verb, object, rest }: Clause): boolean {
  const phrase = object.join(' ');
  if (phrase === '') return ontoBranch.test(rest) || !intoSomething.test(rest);
  if (numbered.test(phrase)) return isLanding(rest) || more.test(rest) || namesOnly.test(rest);
  if (pullRequests.test(phrase)) return isLanding(rest) || /^(?:of|by|that|which)\b/.test(rest);
  if (pronouns.test(phrase) || severalChanges.test(phrase) || identifier.test(phrase)) return isLanding(rest);
  if (oneChange.test(phrase)) return isLanding(rest) || (description.test(rest) && !intoSomething.test(rest));
  return ontoBranch.test(rest) && (verb === 'land' || !partOfProgram.test(phrase));
}
