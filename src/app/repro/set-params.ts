import { MloError } from '../../core/errors/mlo-error.ts';
import { setParamInText } from '../../core/params/set.ts';
import { writeFileAtomic } from '../../fs/write-atomic.ts';
import { absolutePath } from '../paths.ts';
import type { Project } from '../project.ts';
import { textReader } from '../read-text.ts';

/** `key=value` or `file:key=value`: written to the params file, comments and layout kept. All or nothing. */
export async function setParams(project: Project, settings: readonly string[]): Promise<void> {
  const readText = textReader(project.root);
  const texts = new Map<string, string>();
  for (const setting of settings) {
    const { file, key, value } = parseSetting(setting);
    const text = texts.get(file) ?? readText(file);
    if (text === undefined) {
      throw new MloError('MLO_PARAMS', `--set ${setting}: there is no params file '${file}'`, {
        hint: 'Name the file: --set other.yaml:key=value',
      });
    }
    texts.set(file, setParamInText(file, text, key, value));
  }
  for (const [file, text] of texts) {
    if (text !== readText(file)) writeFileAtomic(absolutePath(project.root, file), text);
  }
}

function parseSetting(setting: string): { readonly file: string; readonly key: string; readonly value: string } {
  const match = /^(?:(?<file>[^=]+?\.(?:ya?ml|json)):)?(?<key>[^=]+)=(?<value>.*)$/s.exec(setting);
  const key = match?.groups?.['key'];
  const value = match?.groups?.['value'];
  if (key === undefined || value === undefined) {
    throw new MloError('MLO_USAGE', `--set '${setting}' is not key=value`, { hint: 'For example: --set train.learning_rate=0.01' });
  }
  return { file: match?.groups?.['file'] ?? 'params.yaml', key, value };
}
