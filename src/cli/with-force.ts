/** The same command with --force, as far as it can be told from how it was typed. `name`: `runs purge`. */
export function withForce(name: string, typed: string): string {
  const words = typed.replace(/^mlo\s+/, '').split(' ');
  const verb = name.split(' ').at(-1) ?? name;
  const rest = words.slice(words.indexOf(verb) + 1).filter((word) => word !== '--dry');
  return ['mlo', name, ...rest, '--force'].join(' ');
}
