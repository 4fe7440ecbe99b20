/** A version specifier of Python packaging (PEP 440), or Poetry's, as a range of semver; undefined where it is neither. */
export function pythonRange(specifier: string): string | undefined {
  const parts = specifier
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const ranges = parts.map(comparatorOf);
  if (ranges.length === 0 || ranges.includes(undefined)) return undefined;
  return ranges.filter((range) => range !== '').join(' ') || '*';
}

function comparatorOf(part: string): string | undefined {
  const [, operator = '==', version = '', star] =
    /^(===?|~=|!=|>=|<=|>|<|\^|~)?\s*(\d+(?:\.\d+)*)(\.\*)?$/.exec(part) ?? [];
  if (version === '') return part === '*' ? '' : undefined;
  const numbers = version.split('.').map(Number);
  const whole = [...numbers, 0, 0].slice(0, 3).join('.');
  switch (operator) {
    case '!=':
      // Excluded releases are rarely the installed ones.
      return '';
    case '~=':
      return `>=${whole} <${upper(numbers.slice(0, -1))}`;
    case '^':
    case '~':
      return `${operator}${version}`;
    case '==':
    case '===':
      return star !== undefined || numbers.length < 3 ? `${version}.x` : whole;
    default:
      return `${operator}${whole}`;
  }
}

/** The first version that no longer starts with these numbers. */
function upper(numbers: readonly number[]): string {
  const last = numbers.at(-1) ?? 0;
  return [...numbers.slice(0, -1), last + 1, 0, 0].slice(0, 3).join('.');
}
