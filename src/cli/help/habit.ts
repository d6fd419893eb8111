/** What somebody is used to type; the command line of mlo that does it; what is different about it ('' where nothing is). */
export type Habit = readonly [theirs: string, ours: string, remark: string];
