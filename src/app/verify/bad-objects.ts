import type { StoreReport } from '../../cache/verify/verify-store.ts';
import type { Digest } from '../../core/content.ts';
import type { Project } from '../project.ts';
import type { NamedContent } from '../tracked/stored-texts.ts';
import { findUses, type Namer, type Naming, type Use } from './find-uses.ts';
import { cachedContents, type RefContents } from './history.ts';
import { runNamers, type RecordedRuns } from './runs.ts';

/** With what it belongs to. */
export interface BadObject {
  readonly digest: string;
  /** `broken`: there, with other bytes than its digest promises. */
  readonly state: 'missing' | 'broken';
  /** Empty where nothing that mlo can see needs it. */
  readonly uses: readonly Use[];
}

/** What is broken, and what the workspace misses, with all that it belongs to. */
export async function badObjects(
  project: Project,
  report: StoreReport,
  named: readonly NamedContent[],
  refs: readonly RefContents[],
  { artifacts }: RecordedRuns,
): Promise<readonly BadObject[]> {
  const bad = new Set<Digest>([...report.broken, ...report.missing]);
  if (bad.size === 0) return [];
  const { treeReader } = await import('../../cache/inventory/read-rows.ts');
  const namers = [{ label: 'workspace', names: named.map(toNaming) }, ...refs.map(toNamer), ...runNamers(artifacts)];
  const uses = findUses(bad, namers, treeReader(project.config.cacheDir));
  const broken = new Set<Digest>(report.broken);
  return [...bad].map((digest) => ({ digest, state: broken.has(digest) ? 'broken' : 'missing', uses: uses.get(digest) ?? [] }));
}

function toNaming({ path, content, lock }: NamedContent): Naming {
  return { path, content, ...(lock === undefined ? {} : { stage: lock.stage }) };
}

function toNamer({ label, contents }: RefContents): Namer {
  return { label, names: contents.map(toNaming) };
}

interface MissingInHistory {
  /** Needed by branches or tags. */
  readonly history: readonly BadObject[];
  /** Needed by recorded runs alone. */
  readonly artifacts: readonly BadObject[];
}

/** Outs that no cache ever had are in no way missing; of a run it is not known which they were. */
export async function missingInHistory(
  project: Project,
  report: StoreReport,
  refs: readonly RefContents[],
  recorded: RecordedRuns,
): Promise<MissingInHistory> {
  const missing = new Set<Digest>(report.missingInHistory);
  if (missing.size === 0) return { history: [], artifacts: [] };
  const { treeReader } = await import('../../cache/inventory/read-rows.ts');
  const rowsOf = treeReader(project.config.cacheDir);
  const named = findUses(missing, refs.map(toNamer), rowsOf);
  const ofRefs = findUses(missing, (await cachedContents(project, refs, missing)).map(toNamer), rowsOf);
  const ofRuns = findUses(new Set([...missing].filter((digest) => !named.has(digest))), runNamers(recorded.artifacts), rowsOf);
  return { history: toMissing(ofRefs), artifacts: toMissing(ofRuns) };
}

function toMissing(uses: ReadonlyMap<Digest, readonly Use[]>): readonly BadObject[] {
  return [...uses].map(([digest, found]) => ({ digest, state: 'missing', uses: found }));
}
