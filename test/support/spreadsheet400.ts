import writeXlsxFile, { type SheetData } from 'write-excel-file/node';

/** What a reader should find in the workbook that `spreadsheet400` makes. */
export const SPREADSHEET_400 = {
  rows: 400,
  identities: 371,
  /** Rows that say something of an account that an earlier row named. */
  duplicateRows: 18,
  unnamed: 11,
  columns: 9,
  understood: 7,
  spellings: 58,
  owners: 31,
  blankOwners: 212,
  secretRows: [12, 88, 301],
  /** Four spellings of one team. */
  payments: ['Payments Team', 'payments-team', 'Team Payments', 'PAYMENTS'],
} as const;

/** What the three cells hold: the shapes of real secrets, and nobody's. */
export const SPREADSHEET_SECRETS: Readonly<Record<number, string>> = {
  12: 'password=Xk4m9Tq2Lw7v',
  88: 'ghp_0Zk3vR8mQ2xT6wB1nY5cJ9dF4hL7sP3aG8eU',
  301: 'postgres://app:J7hs82KdmQ1z@db.example.org/app',
};

const HEADER = ['Account', 'Type', 'System', 'Env', 'Business owner', 'Comment', 'Created on', 'Room', 'Cost centre'];
const TEAMS = 'Identity,Storage,Network,Warehouse,Checkout,Search,Billing,Logistics,Pricing,Catalogue,Observability,Backup,Messaging'.split(
  ',',
);
const FIRST = 'Ada,Grace,Edsger,Barbara,Donald,Leslie,Tony,Frances,John,Niklaus,Radia,Ken,Dennis,Margaret,Alan,Hedy,Robin'.split(',');
const LAST = 'Quill,Marsh,Thorne,Vale,Brook,Stone,Field,Hollis,Wick,Lane,Ridge,Ford,Shaw,Glen,Heath,Moor,Dale'.split(',');

/** 58 spellings of 31 people and teams: four of one team, two of thirteen teams, one or two of seventeen people. */
function ownerSpellings(): string[] {
  const teams = TEAMS.flatMap((team) => [`${team} Team`, `team-${team.toLowerCase()}`]);
  const people = FIRST.map((first, index) => [`${first} ${LAST[index]}`, `${LAST[index]}, ${first}`] as const);
  return [...SPREADSHEET_400.payments, ...teams, ...people.map(([name]) => name), ...people.slice(0, 11).map(([, reversed]) => reversed)];
}

const PLACEHOLDERS = ['', 'TBD', 'n/a', '?', '-', 'unknown'];
const ENVIRONMENTS = ['prod', 'PRD', 'test', 'Dev', 'UAT', 'Produktion'];
const SYSTEMS = ['AD', 'Oracle', 'SAP', 'AWS'];
const KINDS = ['Service account', 'Technical user', 'API key', 'Batch'];

/** The row of an account, as a pure function of its number: the same workbook every time. */
function accountRow(index: number): string[] {
  const account = [
    `svc-${String(index).padStart(3, '0')}`,
    KINDS[index % 4] ?? '',
    SYSTEMS[index % 4] ?? '',
    ENVIRONMENTS[index % 6] ?? '',
  ];
  return [...account, '', `runs job ${index}`, '', `R${100 + (index % 40)}`, String(4_000 + (index % 25))];
}

function rowsWithoutOwners(): string[][] {
  const rows = Array.from({ length: SPREADSHEET_400.identities }, (_, index) => accountRow(index + 1));
  for (let index = 0; index < SPREADSHEET_400.unnamed; index++) rows.splice(30 * (index + 1), 0, ['', ...accountRow(900 + index).slice(1)]);
  // Duplicates spell the account and its environment in their own way.
  for (let index = 0; index < SPREADSHEET_400.duplicateRows; index++) {
    const [name = '', kind = '', system = '', environment = '', ...rest] = accountRow(200 + index * 3);
    rows.push([name.toUpperCase(), kind, system.toLowerCase(), environment.toUpperCase(), ...rest]);
  }
  return rows;
}

/** The cells of the sheet, header first. */
export function spreadsheet400Cells(): (string | Date | null)[][] {
  const spellings = ownerSpellings();
  const rows = rowsWithoutOwners().map((row, index): (string | Date | null)[] => {
    const [created, isBlank] = [new Date(Date.UTC(2019, index % 60, 1 + (index % 28))), index < SPREADSHEET_400.blankOwners];
    const owner = isBlank ? PLACEHOLDERS[index % PLACEHOLDERS.length] : spellings[(index - SPREADSHEET_400.blankOwners) % spellings.length];
    const comment = SPREADSHEET_SECRETS[index + 2] ?? row[5] ?? null;
    return [
      row[0] || null,
      row[1] ?? null,
      row[2] ?? null,
      row[3] ?? null,
      owner || null,
      comment,
      created,
      row[7] ?? null,
      row[8] ?? null,
    ];
  });
  return [HEADER, ...rows];
}

/** Writes the 400-row workbook of somebody's register as it really looks: duplicates, blanks, spellings, secrets. */
export async function writeSpreadsheet400(path: string): Promise<void> {
  const cells = spreadsheet400Cells().map((row) =>
    row.map((value) => (value instanceof Date ? { value, type: Date, format: 'yyyy-mm-dd' } : value)),
  ) as SheetData;
  await writeXlsxFile(cells, { sheet: 'Accounts' }).toFile(path);
}
