import { render } from 'ink';
import type { Write } from '../report/reporter.ts';
import { LiveView, type LiveViewProps } from './live-view.tsx';

export interface MountedView {
  readonly update: (props: Frame) => void;
  /** Prints above the view; whole lines only. */
  readonly writeAbove: Write;
  /** Takes the view away and gives the terminal back. */
  readonly unmount: () => void;
}

export type Frame = Omit<LiveViewProps, 'onReady'>;

/** The only place that loads Ink and React. Keys are left alone: Ctrl-C stays a signal. */
export async function mountLiveView(stream: NodeJS.WriteStream, first: Frame): Promise<MountedView> {
  const above: { write?: Write } = {};
  const ready = Promise.withResolvers<void>();
  const onReady = (write: Write): void => {
    above.write = write;
    ready.resolve();
  };
  const instance = render(<LiveView {...first} onReady={onReady} />, {
    stdout: stream,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
    incrementalRendering: true,
  });
  await ready.promise;
  return {
    update: (frame) => instance.rerender(<LiveView {...frame} onReady={onReady} />),
    writeAbove: (text) => above.write?.(text),
    unmount: () => {
      instance.clear();
      instance.unmount();
    },
  };
}
