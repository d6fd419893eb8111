import { lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { asIoError } from '../../fs/errno.ts';
import { namesIn } from '../../fs/names-in.ts';

/** Logs of one run. */
export interface RunLogs {
  readonly folder: string;
  readonly bytes: number;
}

/** Folders of `.mlo/logs` in which nothing was written since a moment, Unix milliseconds. */
export function oldLogs(logsDir: string, sinceMs: number): readonly RunLogs[] {
  return namesIn(logsDir).flatMap((name): readonly RunLogs[] => {
    const folder = join(logsDir, name);
    const stats = [folder, ...namesIn(folder).map((file) => join(folder, file))].flatMap(
      (path) => lstatSync(path, { throwIfNoEntry: false }) ?? [],
    );
    if (stats[0]?.isDirectory() !== true || stats.some((stat) => stat.mtimeMs > sinceMs)) return [];
    return [{ folder, bytes: stats.slice(1).reduce((sum, stat) => sum + stat.size, 0) }];
  });
}

export function deleteLogs(logs: readonly RunLogs[]): void {
  for (const { folder } of logs) {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      throw asIoError(error, 'delete the logs', folder);
    }
  }
}
