/** Uses a cache, to be killed or refused at any system call. Arguments: project root, name of this writer. */
import { useCache } from './use-cache.ts';

const [root = '', writer = ''] = process.argv.slice(2);

try {
  await useCache(root, writer, (line) => process.stdout.write(`${line}\n`));
} catch (error) {
  const { code, message, hint } = error as { code?: string; message: string; hint?: string };
  process.stdout.write(`${JSON.stringify({ code, message, hint })}\n`);
  process.exitCode = 1;
}
