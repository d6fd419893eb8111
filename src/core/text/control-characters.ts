/** Whether a terminal or a list of lines would take something in the text for more than a character: C0, C1, DEL, format marks. */
export function hasControlCharacters(text: string): boolean {
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text);
}
