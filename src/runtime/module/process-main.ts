import { hostStage } from './host.ts';
import { endWithMlo } from './lifeline.ts';
import type { FromStage, ToStage } from './protocol.ts';

const send = process.send?.bind(process);
const { channel } = process;
const exit = process.exit.bind(process);
if (send === undefined || channel === undefined || channel === null) throw new Error('stage-process is started by mlo as a child process');

endWithMlo();

let pending = 0;
let idle: (() => void) | undefined;

hostStage({
  post: (message: FromStage) => {
    pending += 1;
    send(message, undefined, undefined, () => {
      pending -= 1;
      if (pending === 0) idle?.();
    });
  },
  onMessage: (take) => void process.on('message', (message: ToStage) => take(message)),
  hold: (alive) => (alive ? channel.ref() : channel.unref()),
  flush: () =>
    new Promise((resolve) => {
      if (pending === 0) resolve();
      else idle = resolve;
    }),
  exit: () => exit(0),
});

// Without mlo there is nobody to report to.
process.on('disconnect', () => exit(1));
