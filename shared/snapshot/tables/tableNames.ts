/** In the order in which a workbook shows them. */
export const TABLE_NAMES = ['register', 'sample', 'findings', 'gaps', 'sources', 'changes', 'people'] as const;
export type TableName = (typeof TABLE_NAMES)[number];
