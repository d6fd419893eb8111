import { readFileSync, writeFileSync } from 'node:fs';
import { pipelineJsonSchemaText } from '../../core/pipeline/json-schema.ts';
import { writeOut } from '../io.ts';
import { buildProgram } from '../program.ts';
import { docsPages } from './pages.ts';
import { writePages } from './write-pages.ts';

/** `npm run docs`, started in the root of the repository. */
const FOLDER = 'docs/cli';
const SCHEMA = 'schema/pipeline.schema.json';

const { program, specs } = await buildProgram(async () => {});
const changed = writePages(FOLDER, docsPages(program, specs));
writeOut(changed.length === 0 ? `${FOLDER} is current\n` : `${FOLDER}: ${changed.join(', ')}\n`);

const schema = pipelineJsonSchemaText();
const isCurrent = readFileSync(SCHEMA, 'utf8') === schema;
if (!isCurrent) writeFileSync(SCHEMA, schema);
writeOut(isCurrent ? `${SCHEMA} is current\n` : `${SCHEMA}: written\n`);
