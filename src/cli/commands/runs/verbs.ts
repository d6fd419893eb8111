import type { AnyCommandSpec } from '../../command.ts';
import { runsListVerb, runsShowVerb } from '../runs.ts';
import { runsCompareVerb } from './compare.ts';
import { runsExportVerb, runsImportVerb } from './exchange.ts';
import { runsDeleteVerb, runsPurgeVerb, runsRestoreVerb } from './lifecycle.ts';
import { runsNoteVerb, runsRenameVerb, runsTagVerb } from './marks.ts';
import { runsSearchVerb } from './search.ts';
import { runsWatchVerb } from './watch.ts';

/** In the order of the help. */
export const RUNS_VERBS: readonly AnyCommandSpec[] = [
  runsListVerb,
  runsShowVerb,
  runsSearchVerb,
  runsCompareVerb,
  runsWatchVerb,
  runsTagVerb,
  runsNoteVerb,
  runsRenameVerb,
  runsDeleteVerb,
  runsRestoreVerb,
  runsPurgeVerb,
  runsExportVerb,
  runsImportVerb,
];
