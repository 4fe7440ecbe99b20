/**
 * What a tool printed, with its paths as the repository has them. Where the working copy was means nothing to people, and
 * is gone when they read of it.
 */
export function asInRepository(text: string, root: string): string {
  const escaped = root.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const pattern = new RegExp(String.raw`(?<![\w.-])(?:file://)?${escaped}(/(?=[\w.@-])|(?![\w.-]))`, 'g');
  return text.replaceAll(pattern, (_, slash: string) => (slash === '' ? '.' : ''));
}
