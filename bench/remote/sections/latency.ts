import { join } from 'node:path';
import { writeTree } from '../../data/files.ts';
import { run } from '../../data/process.ts';
import { remove } from '../../data/workplace.ts';
import { startProxy } from '../proxy.ts';
import type { Section } from '../world.ts';

const LATENCY_MS = 80;

/** Small files pushed through a proxy that holds each request up, and through one that does not. */
export const latencySection: Section = {
  async measure(world) {
    const { timings, options, server } = world;
    const project = await world.project('latency');
    await writeTree(join(project, 'data'), { files: options.files, folders: 10, bytes: 512 });
    await run(world.mlo(project, 'add', 'data'));
    const proxy = await startProxy(server.endpoint);
    for (const round of world.rounds) {
      for (const latencyMs of [0, LATENCY_MS]) {
        proxy.latencyMs = latencyMs;
        world.pointAt(project, server.bucket(), proxy.endpoint);
        await timings.time(`mlo push at ${latencyMs} ms`, round, world.mlo(project, 'push'));
      }
    }
    proxy.close();
    remove(join(project, '..'));
  },
  rows: ({ options: { files } }) => [
    {
      work: `push ${files / 1000}k files of 512 B, ${LATENCY_MS} ms of latency a request`,
      of: `mlo push at ${LATENCY_MS} ms`,
      against: [{ with: 'mlo push at 0 ms', name: 'without latency', atMost: 3 }],
    },
  ],
};
