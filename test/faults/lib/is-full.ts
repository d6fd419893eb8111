/** `MLO_FAULTS_FULL=1`: at every write point, with more files, instead of a sample. */
export const IS_FULL = process.env['MLO_FAULTS_FULL'] === '1';
