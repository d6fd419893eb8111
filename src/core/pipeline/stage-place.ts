import { describeNode, type SourceNode } from '../source/node.ts';
import { hasOwnFolder } from '../path/project-path.ts';
import type { ProjectPath } from '../stage.ts';
import { scalarText } from './interpolate.ts';
import type { Fields } from './fields.ts';
import { isUrl, resolvePath, urlDepFault } from './paths.ts';
import type { Place, Problems } from './problems.ts';

/** Where the paths of a stage are relative to, and the rules that they must keep. */
export class StagePlace {
  readonly wdir: ProjectPath;
  readonly problems: Problems;

  constructor(wdir: ProjectPath, problems: Problems) {
    this.wdir = wdir;
    this.problems = problems;
  }

  /** The text of a path after templating. */
  pathText(node: SourceNode, where: string, fields: Fields): string | undefined {
    if (node.kind === 'scalar' && typeof node.value === 'string') return node.value;
    // Only a `${}` can have put it there: `foreach: [2019, 2020]` with `deps: ["${item}"]`.
    if (node.kind === 'scalar' && (typeof node.value === 'number' || typeof node.value === 'bigint')) return scalarText(node);
    return fields.fail(node, `${where}: expected a path, found ${describeNode(node)}`);
  }

  depPath(written: string, at: Place, where: string, fields: Fields): ProjectPath | undefined {
    if (isUrl(written)) {
      const fault = urlDepFault(written);
      if (fault === undefined) return written;
      return fields.fail(at, `${where}: '${written}' ${fault}`, 'Download it in a stage of its own, and take that out as the dep.');
    }
    if (written.endsWith('.dvc'))
      return fields.fail(at, `DVC file '${written}' cannot be a dependency.`, `Name the data it stands for: '${written.slice(0, -4)}'.`);
    if (written.endsWith('.mlo'))
      return fields.fail(at, `pointer '${written}' cannot be a dep`, `Name the data it stands for: '${written.slice(0, -4)}'.`);
    const resolved = resolvePath(this.wdir, written);
    if ('path' in resolved) return resolved.path;
    const hint = resolved.refused === 'is absolute' ? 'Paths are relative to wdir. ' : '';
    return fields.fail(
      at,
      `${where}: dep '${written}' ${resolved.refused}`,
      resolved.hint ?? `${hint}Copy it into the project and track it with 'mlo add'.`,
    );
  }

  outPath(written: string, at: Place, where: string, fields: Fields): ProjectPath | undefined {
    if (isUrl(written))
      return fields.fail(
        at,
        `${where}: '${written}' is a URL; outs are files and folders of the project`,
        'Write to a path in the project.',
      );
    const resolved = resolvePath(this.wdir, written);
    if ('path' in resolved && hasOwnFolder(resolved.path))
      return fields.fail(at, `${where}: out '${written}' lies in Git's or mlo's own folder`, 'Write to another path.');
    if ('path' in resolved) return resolved.path;
    const outside = resolved.refused === 'is outside the project' || resolved.refused === 'is absolute';
    const message = outside
      ? `Cached output(s) outside of the project: '${written}' ${resolved.refused}`
      : `out '${written}' ${resolved.refused}`;
    return fields.fail(at, `${where}: ${message}`, resolved.hint ?? 'Outs are relative to wdir and lie inside the project.');
  }

  filePath(written: string, at: Place, where: string, fields: Fields): ProjectPath | undefined {
    const resolved = resolvePath(this.wdir, written);
    if ('path' in resolved) return resolved.path;
    return fields.fail(
      at,
      `${where}: '${written}' ${resolved.refused}`,
      resolved.hint ?? 'Paths are relative to wdir and lie inside the project.',
    );
  }
}
