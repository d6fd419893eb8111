import { parseCsv } from './parse-csv.ts';
import { plotError, type PlotTable } from './table.ts';

const IMAGE_TYPES: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['svg', 'image/svg+xml'],
  ['webp', 'image/webp'],
  ['bmp', 'image/bmp'],
]);

/** Media type of a picture by its name; undefined for anything else. */
export function imageTypeOf(path: string): string | undefined {
  return IMAGE_TYPES.get(extensionOf(path));
}

export function isDataFile(path: string): boolean {
  return ['csv', 'tsv', 'json', 'yaml', 'yml'].includes(extensionOf(path));
}

/** `wanted`: columns that will be asked for, which choose among several lists of a file. Throws MLO_PLOT. */
export async function parseTable(
  path: string,
  text: string,
  options: { readonly header: boolean; readonly wanted: readonly string[] },
): Promise<PlotTable> {
  const extension = extensionOf(path);
  if (extension === 'csv' || extension === 'tsv')
    return parseCsv(path, text, { delimiter: extension === 'tsv' ? '\t' : ',', header: options.header });
  if (!isDataFile(path)) {
    throw plotError(`'${path}' is no file of a kind that can be drawn: expected CSV, TSV, JSON, YAML or a picture`, { file: path });
  }
  const { parseLists } = await import('./parse-lists.ts');
  return parseLists(path, text, options.wanted);
}

function extensionOf(path: string): string {
  return /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
}
