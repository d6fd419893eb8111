/**
 * Exponential moving average, as TensorBoard and MLflow smooth: `weight` from 0 (as it is) to below 1, without
 * the pull towards zero of the first points. NaN and infinities stay where they are and count for nothing.
 */
export function smooth(values: ArrayLike<number>, weight: number): Float64Array {
  const smoothed = new Float64Array(values.length);
  let average = 0;
  let remaining = 1;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    if (!Number.isFinite(value)) {
      smoothed[index] = value;
      continue;
    }
    average = average * weight + (1 - weight) * value;
    remaining *= weight;
    smoothed[index] = average / (1 - remaining);
  }
  return smoothed;
}
