import { isMap, isScalar, parseDocument, YAMLMap, type Document } from 'yaml';
import { isConfigKey, type ConfigKey, type ConfigValue } from './keys.ts';

/** Keys of configuration, and those of remotes. */
type EditKey = ConfigKey | 'remote' | `remotes.${string}`;

/** The text with the key set; comments and the order of keys stay. The text must have been found valid. */
export function setInConfigText(text: string, key: EditKey, value: ConfigValue | boolean): string {
  const document = parseDocument(text);
  const path = pathOf(document, key);
  // `cache:` without anything below it is null, which setIn would not descend into.
  for (let depth = 1; depth < path.length; depth += 1) {
    const section = path.slice(0, depth);
    if (document.hasIn(section) && !isMap(document.getIn(section))) document.setIn(section, mapInsteadOf(document.getIn(section, true)));
  }
  document.setIn(path, typeof value === 'object' ? document.createNode(value, { flow: true }) : value);
  return write(document);
}

/** The text without the key, and without sections that this leaves empty. */
export function unsetInConfigText(text: string, key: EditKey): string {
  const document = parseDocument(text);
  const path = pathOf(document, key);
  if (!document.hasIn(path)) return text;
  document.deleteIn(path);
  for (let depth = path.length - 1; depth > 0; depth -= 1) {
    const section = document.getIn(path.slice(0, depth));
    if (isMap(section) && section.items.length === 0) document.deleteIn(path.slice(0, depth));
  }
  if (isMap(document.contents) && document.contents.items.length === 0) keepOnlyComments(document);
  return write(document);
}

/** An empty map that keeps what was commented out below the section. */
function mapInsteadOf(nothing: unknown): YAMLMap {
  const map = new YAMLMap();
  if (isScalar(nothing)) map.commentBefore = nothing.commentBefore ?? nothing.comment ?? null;
  return map;
}

/** `cache.dir: x` may stand at the top instead of `cache: {dir: x}`. */
function pathOf(document: Document, key: EditKey): readonly string[] {
  return document.has(key) && isConfigKey(key) ? [key] : key.split('.');
}

/** Instead of `{}`. */
function keepOnlyComments(document: Document.Parsed): void {
  const comments = [document.commentBefore, document.contents?.commentBefore, document.contents?.comment, document.comment];
  const text = comments.filter((comment) => comment !== null && comment !== undefined && comment !== '').join('\n');
  document.contents = null as never;
  document.comment = null;
  document.commentBefore = text === '' ? null : text;
}

function write(document: Document.Parsed): string {
  const text = document.contents === null ? commentsOnly(document) : document.toString({ lineWidth: 0 });
  return text.endsWith('\n') || text === '' ? text : `${text}\n`;
}

function commentsOnly(document: Document): string {
  return (document.commentBefore ?? '')
    .split('\n')
    .map((line) => (line === '' ? '' : `#${line}`))
    .join('\n');
}
