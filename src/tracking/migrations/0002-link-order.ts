/** Links are shown in the order in which the stages had their turn. */
export const linkOrder = `
ALTER TABLE stage_links ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
`;
