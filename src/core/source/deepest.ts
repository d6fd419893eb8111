/** Levels of maps and lists that a file may have: more is nothing that people write, and would exhaust the stack of whoever walks through it. */
export const DEEPEST = 1000;

export const TOO_DEEP = 'this file is nested too deeply to be read';
