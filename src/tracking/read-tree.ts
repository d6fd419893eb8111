/** Local numbers of a run and everything below it; UNION (not ALL) ends even where parents form a loop. */
export const TREE = 'WITH RECURSIVE tree (seq) AS (SELECT ? UNION SELECT c.seq FROM runs c JOIN tree ON c.parent = tree.seq)';
