import type { StageAddress } from '../../core/stage.ts';
import { printable } from '../format/printable.ts';

/**
 * The commands by which the log of GitHub Actions folds the output of each stage. Groups cannot lie in each other: where stages
 * run side by side, a line of another stage ends one group and begins the next.
 * Format: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export class OutputGroups {
  private open: StageAddress | undefined;

  /** The lines inside the group of their stage. */
  add(stage: StageAddress, lines: readonly string[]): string[] {
    if (lines.length === 0 || this.open === stage) return [...lines];
    const before = this.end();
    this.open = stage;
    return [...before, `::group::${printable(stage).replaceAll('%', '%25')}`, ...lines];
  }

  /** Ends the group that is open; with `stage`, only if it is that one's. */
  end(stage = this.open): string[] {
    if (this.open === undefined || this.open !== stage) return [];
    this.open = undefined;
    return ['::endgroup::'];
  }
}
