import { Box, Text, useStdout } from 'ink';
import { useEffect, type ReactElement } from 'react';
import { progressText } from '../format/progress.ts';
import type { Write } from '../report/reporter.ts';
import type { Style } from '../style.ts';
import { footerText, runningRows } from './running-text.ts';
import type { LiveState } from './state.ts';

export interface LiveViewProps {
  readonly state: LiveState;
  readonly startedMs: number;
  readonly nowMs: number;
  /** Rows of the terminal; the view stays below that, so that the terminal never scrolls it. */
  readonly rows: number;
  readonly style: Style;
  /** Called once with the way to print lines above the view. */
  readonly onReady?: (writeAbove: Write) => void;
}

const OTHER_ROWS = 3;

export function LiveView({ state, startedMs, nowMs, rows, style, onReady }: LiveViewProps): ReactElement {
  const { write } = useStdout();
  useEffect(() => onReady?.(write), [onReady, write]);
  const lines = runningRows(state, nowMs, Math.max(1, rows - OTHER_ROWS), style);
  const progress = state.progress === undefined ? [] : [`  ${progressText(state.progress, { ...style, width: style.width - 2 })}`];
  return (
    <Box flexDirection="column">
      {[...lines, ...progress].map((line, index) => (
        <Text key={index} wrap="truncate">
          {line}
        </Text>
      ))}
      <Text dimColor={style.dim('x') !== 'x'} wrap="truncate">
        {footerText(state, startedMs, nowMs, style)}
      </Text>
    </Box>
  );
}
