/** Shell pattern for names: `*` any run of characters, `?` one, `[abc]` one of them; everything else literal. */
export function globToRegExp(pattern: string): RegExp {
  let source = '';
  for (let index = 0; index < pattern.length; index += 1) {
    const char = pattern[index] as string;
    const close = char === '[' ? pattern.indexOf(']', index + 2) : -1;
    if (char === '*') source += '.*';
    else if (char === '?') source += '.';
    else if (close > 0) {
      const inside = pattern
        .slice(index + 1, close)
        .replace(/^!/, '^')
        .replace(/\\/g, '\\\\');
      source += `[${inside}]`;
      index = close;
    } else source += char.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  }
  try {
    return new RegExp(`^${source}$`, 's');
  } catch (error) {
    // A range like `[z-a]`, which has nothing in it.
    if (error instanceof SyntaxError) return /(?!)/;
    throw error;
  }
}
