import { arch, cpus, platform } from 'node:os';
import { launcher } from './lib/launcher.ts';
import { formatTable } from './lib/table.ts';

const [table, ...options] = process.argv.slice(2);
if (table === 'data') {
  const { main } = await import('./data.ts');
  process.exitCode = await main(options);
} else if (table === 'tracking') {
  const { main } = await import('./tracking.ts');
  process.exitCode = await main(options);
} else if (table === 'tensorflow') {
  const { main } = await import('./tensorflow.ts');
  process.exitCode = await main(options);
} else if (table === 'remote') {
  const { main } = await import('./remote.ts');
  process.exit(await main(options));
} else if (table === undefined) await engine();
else {
  process.stderr.write(
    'npm run bench              the table of the engine\nnpm run bench -- data      the table of data (-- data --help: its options)\n' +
      'npm run bench -- tracking  the table of runs (-- tracking --help: its options)\n' +
      'npm run bench -- tensorflow  the table of TensorFlow (-- tensorflow --help: its options)\n' +
      'npm run bench -- remote    the table of remotes (-- remote --help: its options)\n',
  );
  process.exitCode = 2;
}

async function engine(): Promise<void> {
  launcher(undefined);
  const { engineRows } = await import('./engine.ts');
  console.log(
    `Node ${process.version}, ${platform()} ${arch()}, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${new Date().toISOString().slice(0, 10)}\n`,
  );
  console.log(formatTable(engineRows()));
}
