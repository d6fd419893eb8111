import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../helpers/paths.ts';
import { anchorsOf, documents, documentText, linksOf } from '../helpers/markdown.ts';

const DOCUMENTS = documents();

describe('links of the documents', () => {
  it.each(DOCUMENTS)('%s: each relative link leads to a file that is there, and to a heading of it', (path) => {
    const broken = linksOf(documentText(path)).filter((link) => !/^[a-z][a-z+.-]*:/i.test(link) && !leadsSomewhere(path, link));
    expect(broken).toEqual([]);
  });

  it('are found: of every kind, and not in code', () => {
    const text =
      '# A `b` & c\n[one](x.md#y) ![two](a.svg "title")\n`[no](code)` <img src="p.png">\n```sh\n[no](fence)\n```\n## A b\n## A b\n';
    expect(linksOf(text)).toEqual(['x.md#y', 'a.svg', 'p.png']);
    expect([...anchorsOf(text)]).toEqual(['a-b--c', 'a-b', 'a-b-1']);
    expect(DOCUMENTS.filter((path) => linksOf(documentText(path)).length > 0).length).toBeGreaterThan(50);
  });

  it('reach every page of the guide from the README', () => {
    const linked = linksOf(documentText('README.md'));
    const pages = readdirSync(join(REPOSITORY, 'docs/guide')).map((name) => `docs/guide/${name}`);
    expect(pages.length).toBeGreaterThan(5);
    const reached = new Set([...linked, ...linksOf(documentText('docs/guide/README.md')).map((link) => posix.join('docs/guide', link))]);
    expect(pages.filter((page) => !reached.has(page))).toEqual([]);
  });
});

it('documents that the benches and the commands name are there', () => {
  const named = ['bench', 'src', 'tools'].flatMap((folder) =>
    readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|tsx|mjs)$/.test(name) && !name.includes('node_modules'))
      .flatMap((name) => {
        const text = readFileSync(join(REPOSITORY, folder, name), 'utf8');
        return [...text.matchAll(/\bdocs\/[\w/-]+\.md\b/g)].map(([document]) => document);
      }),
  );
  expect(named.length).toBeGreaterThan(3);
  expect([...new Set(named)].filter((document) => !existsSync(join(REPOSITORY, document)))).toEqual([]);
});

function leadsSomewhere(from: string, link: string): boolean {
  const [target = '', anchor] = link.split('#');
  const path = target === '' ? from : posix.join(dirname(from), decodeURI(target));
  if (path.startsWith('..') || !existsSync(join(REPOSITORY, path))) return false;
  return anchor === undefined || anchorsOf(documentText(path)).has(anchor);
}
