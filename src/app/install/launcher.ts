/** How this mlo was started: absolute paths. */
export interface Launcher {
  readonly node: string;
  readonly script: string;
}

/**
 * Shell text that runs `mlo <args>` from Git: the mlo that was installed with, else the one on PATH, since a folder can be
 * moved or deleted. As a function, so that words can be added after it.
 */
export function shellFunction(name: string, { node, script }: Launcher, args: string): string {
  const all = [args, '"$@"'].filter((part) => part !== '').join(' ');
  const isThere = `test -x ${quoted(node)} && test -f ${quoted(script)}`;
  return `${name}() { if ${isThere}; then ${quoted(node)} ${quoted(script)} ${all}; else command mlo ${all}; fi; }`;
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
