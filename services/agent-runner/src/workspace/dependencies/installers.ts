import { bun } from './bun';
import { cargo } from './cargo';
import { go } from './go';
import type { Installer } from './installation';
import { maven } from './maven';
import { npm } from './npm';
import { pnpm } from './pnpm';
import { python } from './python';
import { yarn } from './yarn';

/** Of JavaScript's managers one fits at most: the lockfile that is there decides, then what the manifest declares. */
export const installers: readonly Installer[] = [npm, pnpm, yarn, bun, python, go, cargo, maven];
