/** What hands out credentials of accounts elsewhere (Vault's database secrets engine and its like). */
export const ISSUING: ReadonlySet<string> = new Set(['vault.approle', 'vault.entity']);
/** Accounts that something else may hand out credentials for. */
export const ISSUED: ReadonlySet<string> = new Set(['db.role', 'mq.user']);
