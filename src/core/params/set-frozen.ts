import { MloError } from '../errors/mlo-error.ts';
import { toValue, type MapNode, type SourceNode } from '../source/node.ts';
import { parseYamlSource } from '../source/yaml.ts';
import { nearest } from '../text/nearest.ts';
import { isMap, type Value } from '../value.ts';
import { removeFromYaml, setInYaml } from './edit-yaml.ts';
import { keepingForm, walk } from './edit-text.ts';
import { equalValues } from './keys.ts';

/**
 * The text of a pipeline file with a stage frozen or not; comments and layout stay. `stageName` may be
 * that of a generated stage (`build@us`): the definition is frozen, and so every stage that it makes.
 * Throws MLO_TARGET when there is no such stage.
 */
export function setFrozenInText(path: string, text: string, stageName: string, frozen: boolean): string {
  return keepingForm(text, (plain) => setFrozen(path, plain, stageName, frozen));
}

function setFrozen(path: string, text: string, stageName: string, frozen: boolean): string {
  const { root, problems } = parseYamlSource(path, text);
  if (problems.length > 0) throw new MloError('MLO_PIPELINE_SYNTAX', `'${path}' is not valid YAML`, { problems });
  const keys = definitionPath(path, root, stageName);
  const definition = walk(root, keys).node as MapNode;
  const present = definition.entries.get('frozen');
  const isFrozen = present?.node.kind === 'scalar' && present.node.value === true;
  if (isFrozen === frozen) return text;
  const removed = frozen || present === undefined ? undefined : removeFromYaml(text, definition, present);
  if (removed !== undefined && says(path, removed, keys, undefined, root)) return removed;
  if (!frozen && present === undefined) return text;
  const edited = setInYaml(text, root, [...keys, 'frozen'], () => String(frozen));
  if (edited !== undefined && says(path, edited, keys, frozen, root)) return edited;
  throw new MloError(
    'MLO_PIPELINE_INVALID',
    `stage '${stageName}' of '${path}' cannot be ${frozen ? 'frozen' : 'unfrozen'} without changing others`,
    {
      hint: `It shares an anchor with another stage: write 'frozen: ${frozen}' by hand.`,
    },
  );
}

/** foreach: the stage stands in `do`; matrix: beside it. */
function definitionPath(path: string, root: SourceNode, stageName: string): readonly string[] {
  const name = stageName.split('@', 1)[0] as string;
  const stages = walk(root, ['stages']);
  const known = stages.missing.length === 0 && stages.node.kind === 'map' ? stages.node.entries : new Map<string, never>();
  const definition = known.get(name)?.node;
  if (definition?.kind !== 'map') {
    const close = nearest(name, known.keys());
    throw new MloError(
      'MLO_TARGET',
      `there is no stage '${stageName}' in '${path}'`,
      close === undefined ? {} : { hint: `Did you mean '${close}'?` },
    );
  }
  return definition.entries.get('do')?.node.kind === 'map' ? ['stages', name, 'do'] : ['stages', name];
}

/** Whether the text says this of the stage, and of everything else what it said before. */
function says(path: string, text: string, keys: readonly string[], frozen: boolean | undefined, before: SourceNode): boolean {
  const { root, problems } = parseYamlSource(path, text);
  return problems.length === 0 && equalValues(toValue(root), withFrozen(toValue(before), keys, frozen));
}

function withFrozen(value: Value, keys: readonly string[], frozen: boolean | undefined): Value {
  const map: Record<string, Value> = isMap(value) ? { ...value } : {};
  const [first, ...rest] = keys;
  if (first !== undefined) map[first] = withFrozen(map[first] as Value, rest, frozen);
  else if (frozen === undefined) delete map['frozen'];
  else map['frozen'] = frozen;
  return map;
}
