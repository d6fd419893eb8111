import { writeOut } from '../io.ts';
import { buildProgram } from '../program.ts';
import { docsPages } from './pages.ts';
import { writePages } from './write-pages.ts';

/** `npm run docs`, started in the root of the repository. */
const FOLDER = 'docs/cli';

const { program, specs } = await buildProgram(async () => {});
const changed = writePages(FOLDER, docsPages(program, specs));
writeOut(changed.length === 0 ? `${FOLDER} is current\n` : `${FOLDER}: ${changed.join(', ')}\n`);
