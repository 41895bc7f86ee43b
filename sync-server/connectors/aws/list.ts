import { toInstant } from '../../../shared/base/time.ts';
import type { CoverageId } from '../../../shared/model/ids.ts';
import type { Observation } from '../../../shared/model/record.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import type { ConnectorMessage } from '../connector.ts';
import { type AccountRead, readAccount } from './account.ts';
import { Budget } from './budget.ts';
import { CredentialsReader } from './credentials.ts';
import { writeCursor } from './cursor.ts';
import { endsTheRun } from './problems.ts';
import {
  certificatesCoverage,
  certificateToObservation,
  listCertificates,
  listSecrets,
  secretsCoverage,
  secretToObservation,
} from './regional.ts';
import { type Account, boundaryOf, type Context, openSession, placeOf, type Session } from './session.ts';
import { isIncluded } from './settings.ts';
import { CREDENTIALS, credentialsToObservations, IAM, IamObservations } from './toObservations.ts';

interface Part {
  readonly coverage: CoverageId;
  readonly label: string;
}

/** What the settings ask for, in the order in which it is listed. */
export function partsOf({ services, regions }: Context['settings'], account?: Account): readonly Part[] {
  const where = account === undefined ? '' : ` of ${boundaryOf(account)}`;
  const has = (service: 'iam' | 'secretsmanager' | 'acm'): boolean => services.includes(service);
  return [
    ...(has('iam')
      ? [
          { coverage: IAM, label: `users, roles and groups${where}` },
          { coverage: CREDENTIALS, label: `access keys and passwords${where}` },
        ]
      : []),
    ...regions.flatMap((region) => [
      ...(has('secretsmanager') ? [{ coverage: secretsCoverage(region), label: `Secrets Manager in ${region}${where}` }] : []),
      ...(has('acm') ? [{ coverage: certificatesCoverage(region), label: `certificates in ${region}${where}` }] : []),
    ]),
  ];
}

export async function* list(context: Context): AsyncGenerator<ConnectorMessage> {
  const started = context.clock();
  const opened = await openSession(context);
  if (!opened.ok) {
    for (const part of partsOf(context.settings)) yield* covered(part, started, [], { outcome: 'failed', problems: [opened.error] });
    return;
  }
  const { session, account } = opened.value;
  try {
    yield { kind: 'place', place: placeOf(account) };
    if (context.settings.queueUrl !== undefined) yield { kind: 'checkpoint', cursor: writeCursor(started) };
    yield* new Listing(context, session, account).all();
  } finally {
    session.close();
  }
}

interface End {
  readonly outcome: 'complete' | 'partial' | 'failed';
  readonly problems: readonly ConnectorProblem[];
}

function* covered({ coverage, label }: Part, asOf: number, records: readonly Observation[], end: End): Generator<ConnectorMessage> {
  yield { kind: 'coverage', coverage, label: label.slice(0, 500), asOf: toInstant(asOf) };
  for (const record of records) yield { kind: 'record', record };
  yield { kind: 'coverageDone', coverage, ...end, problems: end.problems.slice(0, 20) };
}

const FAILED = (error: ConnectorProblem): End => ({ outcome: 'failed', problems: [error] });

class Listing {
  readonly #context: Context;
  readonly #session: Session;
  readonly #account: Account;
  readonly #parts: ReadonlyMap<CoverageId, Part>;
  /** One for the whole run: what the credentials use up, secrets do not get. */
  #budget: Budget;

  constructor(context: Context, session: Session, account: Account) {
    this.#context = context;
    this.#session = session;
    this.#account = account;
    this.#budget = new Budget(context.settings.maxCalls);
    this.#parts = new Map(partsOf(context.settings, account).map((part) => [part.coverage, part]));
  }

  async *all(): AsyncGenerator<ConnectorMessage> {
    const { regions } = this.#context.settings;
    if (this.#parts.has(IAM)) yield* this.#iam();
    for (const region of regions) {
      if (this.#context.signal.aborted) return;
      yield* this.#secrets(region);
      yield* this.#certificates(region);
    }
  }

  /** Calls that are left go to the next part, whose problems are its own. */
  #nextBudget(): Budget {
    this.#budget = new Budget(this.#budget.left);
    return this.#budget;
  }

  async *#iam(): AsyncGenerator<ConnectorMessage> {
    const started = this.#context.clock();
    const [iam, credentials] = [this.#part(IAM), this.#part(CREDENTIALS)];
    const read = await readAccount(this.#session);
    if (!read.ok) {
      yield* covered(iam, started, [], FAILED(read.error));
      yield* covered(credentials, started, [], FAILED(read.error));
      return;
    }
    const account = this.#within(read.value);
    const asked = this.#context.clock();
    const budget = this.#nextBudget();
    const found = await new CredentialsReader(this.#session, budget).of(account.users, this.#turn());
    const observations = new IamObservations(account, this.#account, this.#context.settings);
    const records = [
      ...account.groups.map((group) => observations.group(group)),
      ...account.users.map((user) => observations.user(user, found.get(user.UserId ?? ''))),
      ...account.roles.map((role) => observations.role(role)),
    ];
    yield* covered(iam, started, records, { outcome: account.problems.length > 0 ? 'partial' : 'complete', problems: account.problems });
    const proofs = account.users.flatMap((user) => {
      const of = found.get(user.UserId ?? '');
      return of === undefined ? [] : credentialsToObservations(user, of, account.passwordsUsed, this.#account);
    });
    const listed = !account.detailed && account.problems.some(({ message }) => message.startsWith('iam:ListUsers'));
    yield* covered(credentials, asked, proofs, endOf(budget, listed ? account.problems : []));
  }

  /** Moves by one budget from run to run. */
  #turn(): number {
    const { maxCalls } = this.#context.settings;
    return Math.floor(this.#context.clock() / TURN) * Math.max(1, maxCalls);
  }

  #within(read: AccountRead): AccountRead {
    const { settings } = this.#context;
    const isWanted = ({ Path = '/' }: { readonly Path?: string | undefined }): boolean => isIncluded(Path, settings);
    return { ...read, users: read.users.filter(isWanted), roles: read.roles.filter(isWanted) };
  }

  #part(coverage: CoverageId): Part {
    return this.#parts.get(coverage) ?? { coverage, label: coverage };
  }

  async *#secrets(region: string): AsyncGenerator<ConnectorMessage> {
    const part = this.#parts.get(secretsCoverage(region));
    if (part === undefined) return;
    const started = this.#context.clock();
    const budget = this.#nextBudget();
    const read = await listSecrets(this.#session, region, budget);
    const records = read.ok ? read.value.map((one) => secretToObservation(one, region, this.#account, this.#context.settings)) : [];
    yield* covered(part, started, records, read.ok ? endOf(budget) : FAILED(read.error));
  }

  async *#certificates(region: string): AsyncGenerator<ConnectorMessage> {
    const part = this.#parts.get(certificatesCoverage(region));
    if (part === undefined) return;
    const started = this.#context.clock();
    const budget = this.#nextBudget();
    const read = await listCertificates(this.#session, region, budget);
    const records = read.ok ? read.value.map((one) => certificateToObservation(one, region, this.#account)) : [];
    yield* covered(part, started, records, read.ok ? endOf(budget) : FAILED(read.error));
  }
}

/** Listings are about this far apart, in milliseconds. */
const TURN = 6 * 3_600_000;

/** What ended a part in the middle ends it without completeness; what was refused or not reached leaves it partial. */
function endOf(budget: Budget, more: readonly ConnectorProblem[] = []): End {
  const problems = [...more, ...budget.said()];
  if (budget.ended !== undefined && endsTheRun(budget.ended)) return { outcome: 'failed', problems: [budget.ended] };
  return { outcome: problems.length > 0 ? 'partial' : 'complete', problems };
}
