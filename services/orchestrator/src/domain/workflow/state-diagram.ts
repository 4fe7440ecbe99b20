type Transitions = Readonly<Record<string, Readonly<Partial<Record<string, string>>>>>;

/** A mermaid state diagram of a transition table; the README shows it, and a test keeps them equal. */
export function stateDiagram(initial: string, transitions: Transitions): string {
  const lines = Object.entries(transitions).flatMap(([from, moves]) =>
    Object.entries(moves).map(([move, to]) => `  ${from} --> ${to}: ${move}`),
  );
  const ends = Object.entries(transitions)
    .filter(([, moves]) => Object.keys(moves).length === 0)
    .map(([state]) => `  ${state} --> [*]`);
  return ['stateDiagram-v2', `  [*] --> ${initial}`, ...lines, ...ends].join('\n');
}
