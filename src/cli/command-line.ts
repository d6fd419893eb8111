import { isSecretName, MASK, redact } from '../core/text/redact.ts';
import { shellWord } from '../core/text/shell-word.ts';

/** The command as typed, for the lock file and the run: shell-quoted, and without secrets. */
export function commandLine(args: readonly string[], secrets: readonly string[]): string {
  const words = args.map((argument, index) => (followsSecretName(args, index) ? MASK : shellWord(argument)));
  return redact(['mlo', ...words].join(' '), secrets);
}

/** `remote modify team secret_access_key VALUE`. */
function followsSecretName(args: readonly string[], index: number): boolean {
  const before = args[index - 1];
  return (args[0] === 'config' || args[0] === 'remote') && before !== undefined && isSecretName(before);
}
