import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSpawner } from '../../src/runtime/shell/spawner.ts';

// What `/bin/sh -c true` takes, from start to end, in a process of so many megabytes: all times in milliseconds, as JSON.
// Usage: spawn-cost.ts <megabytes> helper|direct

const ROUNDS = 101;
const [megabytes = '100', how = 'helper'] = process.argv.slice(2);
const env = { PATH: '/usr/bin:/bin' };
const ballast: Buffer[] = [];
while (process.memoryUsage().rss < Number(megabytes) * 1e6) ballast.push(Buffer.alloc(1e6, 1));

const spawner = openSpawner(env);

async function throughHelper(): Promise<void> {
  const command = await spawner.start({ file: '/bin/sh', args: ['-c', 'true'], cwd: '/', env, onOutput: () => {} });
  await command.ended;
}

async function direct(): Promise<void> {
  await once(spawn('/bin/sh', ['-c', 'true'], { cwd: '/', env, stdio: 'ignore' }), 'exit');
}

const spawnOnce = how === 'helper' ? throughHelper : direct;
await spawnOnce();
const times: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const started = performance.now();
  await spawnOnce();
  times.push(performance.now() - started);
}
await spawner.close();
if (process.memoryUsage().rss < Number(megabytes) * 0.9e6) throw new Error(`the ballast of ${ballast.length} MB was paged out`);
console.log(JSON.stringify(times));
