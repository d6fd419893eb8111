/** As it was before a stage's own generator, with the stage's seed, took its place: equal seeds would be equal names. */
const { random } = Math;

/**
 * Lower-case hexadecimal digits for names that must differ between processes and need not be secret. V8 seeds each process
 * from the system's random numbers; `node:crypto` would add 4 ms to every start.
 */
export function randomHex(length: number): string {
  let digits = '';
  while (digits.length < length)
    digits += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return digits.slice(0, length);
}
