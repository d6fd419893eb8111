import { parentPort } from 'node:worker_threads';
import { captureOutput } from './capture-output.ts';
import { hostStage } from './host.ts';
import type { FromStage, Port, ToStage } from './protocol.ts';

if (parentPort === null) throw new Error('stage-worker is started by mlo as a worker thread');
const messages = parentPort;
const exit = process.exit.bind(process);

const port: Port = {
  post: (message: FromStage) => messages.postMessage(message),
  onMessage: (take) => void messages.on('message', (message: ToStage) => take(message)),
  hold: (alive) => (alive ? messages.ref() : messages.unref()),
  flush: async () => {},
  exit: () => exit(0),
};
captureOutput(port);
hostStage(port);
