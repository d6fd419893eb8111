/** What V8 says before it aborts, at its limit or where the system gives it nothing more; words of C++ stand for the latter too. */
const OUT_OF_MEMORY = /heap out of memory|Allocation failed|process out of memory|std::bad_alloc/;
/** V8 calls it its heap also where a page for new objects was refused far below the limit. */
const SYSTEM_REFUSED = /std::bad_alloc|Committing semi space failed|NewSpace::EnsureCurrentCapacity|process out of memory/;

/** Of what a process that aborted had too little, by its last words; undefined: it was something else. */
export function missingMemory(lastWords: string): 'heap' | 'system' | undefined {
  if (!OUT_OF_MEMORY.test(lastWords)) return undefined;
  return SYSTEM_REFUSED.test(lastWords) ? 'system' : 'heap';
}
