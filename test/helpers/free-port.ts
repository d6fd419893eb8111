import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that Linux (32768 up) and macOS (49152 up) give to connections: one of those could be taken before a server listens, or while it is started again. */
const FIRST = 10_240;
const BEYOND = 32_768;

/** A server that takes several listens on none of them yet when it is given the next. */
const given = new Set<number>();

/** A port of 127.0.0.1 that nobody used a moment ago, that no connection will be given, and that nobody else in this process was given. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, BEYOND);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
