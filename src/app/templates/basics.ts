import { MLO_GITIGNORE } from '../keep-out-of-git.ts';

/** What every project has, whatever its template. */
export const BASIC_FILES: ReadonlyMap<string, string> = new Map([
  [
    '.mlo/config.yaml',
    `# Settings of this project, shared through Git. Own settings belong into config.local.yaml, which Git ignores.
# \`mlo config list\` shows every key with its value and origin.
`,
  ],
  ['.mlo/.gitignore', MLO_GITIGNORE],
  [
    '.mloignore',
    `# What mlo leaves out of tracked folders and of its search for pipeline files; the syntax is that of .gitignore.
.DS_Store
Thumbs.db
*.swp
`,
  ],
]);
