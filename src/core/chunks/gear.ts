/**
 * The 256 numbers of 32 bits that the rolling hash of the chunker adds, one for each value of a byte. Whoever cuts with others
 * cuts elsewhere, so they are a part of the format: number i is output i + 1 of this generator, begun at 0 (arithmetic modulo 2^32,
 * `>>` on unsigned numbers):
 *   state += 0x9e3779b9; z = state; z = (z ^ (z >> 16)) * 0x21f0aaad; z = (z ^ (z >> 15)) * 0x735a2d97; output z ^ (z >> 15)
 */
export const GEAR: Int32Array = gearTable();

function gearTable(): Int32Array {
  const table = new Int32Array(256);
  let state = 0;
  for (let index = 0; index < 256; index += 1) {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    table[index] = z ^ (z >>> 15);
  }
  return table;
}
