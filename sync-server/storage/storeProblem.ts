const PROBLEMS: readonly (readonly [RegExp, string])[] = [
  [/not a database|malformed|corrupt|damaged/i, 'The store is damaged: restore store.sqlite from a backup of this data directory.'],
  [/database is locked/i, 'Another program has the store open. Stop it, then start again.'],
  [
    /disk is full|disk I\/O error|SQLITE_FULL/i,
    'The disk is full or failing. Make room, then start again: nothing that was acknowledged is lost.',
  ],
  [/readonly database|unable to open database/i, 'The store cannot be written. May this user write to the data directory?'],
];

/** What an error of the store means to the person at the terminal. @returns undefined when it is none of those that are known. */
export function storeProblem(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : String(error);
  return PROBLEMS.find(([pattern]) => pattern.test(message))?.[1];
}
