/** A YAML text of comments, blank lines and document starts only: no parser is needed to know what it says. */
export function saysNothing(text: string): boolean {
  return /^\uFEFF?(?:[ \t]*(?:#[^\n]*)?\r?\n|---[ \t]*\r?\n)*[ \t]*(?:#[^\n]*)?$/.test(text);
}
