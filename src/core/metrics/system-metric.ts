/** MLflow's prefix of what was sampled of the machine; it says nothing about the work itself. */
export const SYSTEM_PREFIX = 'system/';

export function isSystemMetric(name: string): boolean {
  return name.startsWith(SYSTEM_PREFIX);
}
