import type { ProjectCommands } from '@ymera/contracts';

/** The commands that will be executed, in order. */
export const commandWords = ({ build, test, bench }: ProjectCommands): string =>
  Object.entries({ build, test, bench })
    .flatMap(([name, command]) => (command === undefined ? [] : [`${name} \`${command}\``]))
    .join(', ');
