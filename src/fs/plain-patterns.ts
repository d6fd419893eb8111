/** Names and endings: `.DS_Store`, `*.swp`, `__pycache__/`. */
const PLAIN = /^(\*?)([^*?[\]\\!/#\s][^*?[\]\\/\s]*|)(\/?)$/;

/**
 * Rules that look at nothing but a name, decided without patterns: nearly all `.mloignore` files are such, and they are asked for
 * each of 100,000 files. Undefined where a rule is of another kind. As in the general rules, case does not matter.
 */
export function plainPatterns(text: string): ((name: string, isFolder: boolean) => boolean) | undefined {
  const names = new Map<string, boolean>();
  const endings: { readonly text: string; readonly foldersOnly: boolean }[] = [];
  for (const line of text.split('\n')) {
    const pattern = line.replace(/\r$/, '');
    if (pattern.trim() === '' || pattern.startsWith('#')) continue;
    const match = PLAIN.exec(pattern);
    const [, star = '', plain = '', slash = ''] = match ?? [];
    if (match === null || plain === '') return undefined;
    const foldersOnly = slash !== '';
    if (star !== '') endings.push({ text: plain.toLowerCase(), foldersOnly });
    else names.set(plain.toLowerCase(), foldersOnly && names.get(plain.toLowerCase()) !== false);
  }
  return (name, isFolder) => {
    const lower = name.toLowerCase();
    const foldersOnly = names.get(lower);
    if (foldersOnly !== undefined && (isFolder || !foldersOnly)) return true;
    return endings.some((ending) => (isFolder || !ending.foldersOnly) && lower.endsWith(ending.text));
  };
}
