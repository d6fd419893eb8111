import { cutFile } from '../../src/remote/push/cut-file.ts';

// Reads a file, cuts it into chunks, and hashes them and the whole: what a push of a large file cannot do without.
// Usage: cut-floor.ts <file>

const [path = ''] = process.argv.slice(2);
let chunks = 0;
await cutFile(path, () => void (chunks += 1));
process.exitCode = chunks > 0 ? 0 : 1;
