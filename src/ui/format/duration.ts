const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Milliseconds as a person says them: `3 ms`, `0.42 s`, `4.2 s`, `38 s`, `3 min 04 s`, `2 h 05 min`, `3 d 04 h`. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return '?';
  if (ms < 100) return `${Math.round(ms)} ms`;
  if (ms < 995) return `${(ms / SECOND).toFixed(2)} s`;
  if (ms < 9.95 * SECOND) return `${(ms / SECOND).toFixed(1)} s`;
  const seconds = Math.round(ms / SECOND);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  const minutes = Math.round(ms / MINUTE);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)} d ${two(hours % 24)} h`;
}

function two(count: number): string {
  return String(count).padStart(2, '0');
}
