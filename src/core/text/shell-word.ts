/** A text as one word of a shell command. */
export function shellWord(text: string): string {
  // A tilde stands for a home folder only at the beginning of something: HEAD~1 is as it was typed.
  return /^(?:[\w./@%+=:,-]|(?<=\w)~)+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
