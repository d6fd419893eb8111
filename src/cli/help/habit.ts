/** What somebody is used to type; the command line of mlo that does it; what is different about it ('' where nothing is). */
export type Habit = readonly [theirs: string, ours: string, remark: string];

/** The lines of mlo in it, as a shell would run them. */
export function mloLinesOf([, ours]: Habit): readonly string[] {
  return ours
    .split(/&&|\||;/)
    .map((part) => part.trim().replace(/^do /, ''))
    .filter((part) => part.startsWith('mlo '));
}
