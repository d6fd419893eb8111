import { posix } from 'node:path';
import { MloError } from '../../core/errors/mlo-error.ts';
import { flattenValues, getKey } from '../../core/params/keys.ts';
import { parseParamsText } from '../../core/params/parse.ts';
import { setParamInText } from '../../core/params/set.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { nearest } from '../../core/text/nearest.ts';
import { projectPath } from '../paths.ts';
import type { Project } from '../project.ts';
import { textReader } from '../read-text.ts';
import type { TextEdit } from '../write-edits.ts';

/**
 * `key=value` goes into the params.yaml beside the pipeline file, `file:key=value` into that file (relative to where
 * the user stands); comments and layout are kept. A key that the file does not have is refused, unless a plus stands before it, as in
 * Hydra and DVC: mistyped, it would be added beside the one that was meant, and nothing would run.
 * Nothing is written yet (`writeEdits`). Throws MLO_USAGE, MLO_PARAMS, MLO_PATH_UNSAFE.
 */
export function paramsToSet(project: Project, settings: readonly string[], pipelineFile: ProjectPath): ReadonlyMap<ProjectPath, TextEdit> {
  const readText = textReader(project.root);
  const edits = new Map<ProjectPath, TextEdit>();
  for (const setting of settings) {
    const { file: typed, key, isNew, value } = parseSetting(setting);
    const file =
      typed === undefined ? posix.join(posix.dirname(pipelineFile), 'params.yaml') : projectPath(project.root, project.ctx.cwd, typed);
    const before = readText(file);
    if (before === undefined) {
      throw new MloError('MLO_PARAMS', `--set ${setting}: there is no params file '${file}'`, {
        hint:
          typed === undefined
            ? `Make '${file}', or name another file: --set other.yaml:${key}=${value}`
            : `Make '${file}' first, or leave it out to set the param in params.yaml: --set ${key}=${value}`,
      });
    }
    const text = edits.get(file)?.text ?? before;
    if (!isNew) requireKey(file, text, key, value, typed);
    edits.set(file, { before, text: setParamInText(file, text, key, value) });
  }
  return edits;
}

function requireKey(file: ProjectPath, text: string, key: string, value: string, typed: string | undefined): void {
  const values = parseParamsText(file, text);
  if (getKey(values, key) !== undefined) return;
  const known = [...flattenValues(values).keys()];
  const close = nearest(key, known);
  const add = `--set ${typed === undefined ? '' : `${typed}:`}+${key}=${value}`;
  throw new MloError('MLO_PARAMS', `'${file}' has no key '${key}'`, {
    hint: close === undefined ? `To add it: ${add}` : `Did you mean '${close}'? To add a key: ${add}`,
    details: { file, key, known: known.slice(0, 100) },
  });
}

interface Setting {
  readonly file: string | undefined;
  readonly key: string;
  /** May be added. */
  readonly isNew: boolean;
  readonly value: string;
}

function parseSetting(setting: string): Setting {
  const match = /^(?:(?<file>[^=]+?\.(?:ya?ml|json|toml)):)?(?<plus>\+{0,2})(?<key>[^=]+)=(?<value>.*)$/s.exec(setting);
  const key = match?.groups?.['key'];
  const value = match?.groups?.['value'];
  if (key === undefined || value === undefined || key.endsWith(':')) {
    throw new MloError('MLO_USAGE', `--set '${setting}' is not key=value`, { hint: 'For example: --set train.learning_rate=0.01' });
  }
  return { file: match?.groups?.['file'], key, isNew: match?.groups?.['plus'] !== '', value };
}
