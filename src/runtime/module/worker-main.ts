import { parentPort } from 'node:worker_threads';
import { hostStage } from './host.ts';
import type { ToStage } from './protocol.ts';

if (parentPort === null) throw new Error('stage-worker is started by mlo as a worker thread');
const port = parentPort;

hostStage({
  post: (message) => port.postMessage(message),
  onMessage: (take) => void port.on('message', (message: ToStage) => take(message)),
  hold: (alive) => (alive ? port.ref() : port.unref()),
  flush: async () => {},
});
