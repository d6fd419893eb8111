/** Packs on their way at a time where nothing is said: with the one that is filled 128 MiB of memory. */
export const PUSH_JOBS = 3;
/** Requests at a time where nothing is said. */
export const FETCH_JOBS = 8;
