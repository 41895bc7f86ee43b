import type pg from 'pg';
import { err, ok, type Result } from '../../../shared/base/result.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { problem } from '../connector.ts';
import type { PlannedWrite, WriteOutcome, WriteWish } from '../writeBack.ts';
import { type Connection, connected, serverOf, systemIdentifier } from './client.ts';
import { COMMENT_FIELDS, type CommentField, commentStatement, withField } from './comment.ts';
import { COMMENT_OF, DATABASE_OID, LOCK_TIMEOUT } from './queries.ts';
import { placeOf } from './toObservations.ts';

/** Longer is refused: people could not look at it, and a source document would not hold it. */
const LONGEST = 16_384;
/** No role is called so long. */
const LONGEST_VALUE = 1_024;

interface HeldComment {
  readonly role: string;
  readonly comment: string | null;
  /** Which cluster answered. */
  readonly place: string;
}

/** Reads the comment and says what it would become. Sends nothing. */
export async function planComment(
  connection: Connection,
  wish: WriteWish,
  signal: AbortSignal,
): Promise<Result<PlannedWrite, ConnectorProblem>> {
  const { field, value } = wish;
  if (!(COMMENT_FIELDS as readonly string[]).includes(field))
    return err(problem('misconfigured', 'a role has no place for this field', false));
  if (value !== null && (typeof value !== 'string' || value === '' || value.length > LONGEST_VALUE || !value.isWellFormed()))
    return err(problem('malformed', `a comment holds texts of 1 to ${LONGEST_VALUE} characters`, false, 'Shorten the value.'));
  return connected(connection, signal, async (client) => {
    const held = await read(client, connection, wish.externalId);
    return held ? planned(held, wish, field as CommentField) : err(gone(connection));
  });
}

function planned(
  { role, comment, place }: HeldComment,
  { externalId, value }: WriteWish,
  field: CommentField,
): Result<PlannedWrite, ConnectorProblem> {
  const to = withField(comment, field, value as string | null);
  if (Math.max(comment?.length ?? 0, to?.length ?? 0) > LONGEST)
    return err(problem('too large', `the comment of this role is longer than ${LONGEST} characters`, false, 'Shorten it in the database.'));
  const statement = commentStatement(role, to);
  return ok({ externalId, field, target: `COMMENT ON ROLE ${role}`, from: comment, to, version: place, statement });
}

/**
 * Sends exactly what was planned. `COMMENT ON ROLE` holds a lock on the role until its transaction ends (ShareUpdateExclusiveLock), against
 * every other writer of the comment. So it is written first, and what everybody else still sees is read on a second connection: if that is
 * what was planned on, the transaction is committed, otherwise it never happened.
 */
export async function writeComment(connection: Connection, write: PlannedWrite, signal: AbortSignal): Promise<WriteOutcome> {
  const outcome = await connected(connection, signal, async (reader) => {
    const held = await read(reader, connection, write.externalId);
    const known = held ? standing(held, write) : refused(gone(connection));
    return ok(known ?? (await writeUnderLock(connection, reader, write, signal)));
  });
  return outcome.ok ? outcome.value : refused(outcome.error);
}

const refused = (error: ConnectorProblem): WriteOutcome => ({ kind: 'refused', problem: error });

/** What can be said without writing; undefined: it is as it was planned on. */
function standing({ role, comment, place }: HeldComment, { from, to, version, statement }: PlannedWrite): WriteOutcome | undefined {
  if (place !== version) return refused(problem('misconfigured', 'another cluster answers at this address than was planned on', false));
  if (comment === to) return { kind: 'already' };
  if (comment !== from) return { kind: 'changed', now: comment, version: place };
  // The text that people approved is never run as it came: it must be what this value is written as.
  return commentStatement(role, to) === statement
    ? undefined
    : refused(problem('malformed', 'the approved statement is not what would be sent', false));
}

async function writeUnderLock(connection: Connection, reader: pg.Client, write: PlannedWrite, signal: AbortSignal): Promise<WriteOutcome> {
  const sent = { commit: false };
  const outcome = await connected(connection, signal, async (writer) => {
    await writer.query('begin');
    await writer.query(LOCK_TIMEOUT);
    await writer.query(write.statement);
    const held = await read(reader, connection, write.externalId);
    const changed = held ? standing(held, write) : refused(gone(connection));
    if (changed) {
      await writer.query('rollback');
      return ok(changed);
    }
    sent.commit = true;
    await writer.query('commit');
    return ok<WriteOutcome>({ kind: 'applied', version: write.version });
  });
  if (outcome.ok) return outcome.value;
  return sent.commit ? { kind: 'unknown', problem: outcome.error } : refused(writingProblem(outcome.error, connection));
}

async function read(client: pg.Client, connection: Connection, externalId: string): Promise<HeldComment | undefined> {
  const oid = /^role\/(\d{1,10})$/.exec(externalId)?.[1];
  if (oid === undefined) return undefined;
  await client.query('begin transaction read only');
  const systemId = await systemIdentifier(client);
  const { rows: databases } = await client.query<{ oid: string }>(DATABASE_OID);
  const { rows } = await client.query<{ name: string; comment: string | null }>(COMMENT_OF, [oid]);
  await client.query('commit');
  const place = placeOf({ systemId, server: serverOf(connection.url), databaseOid: databases[0]?.oid ?? '' });
  return rows[0] && { role: rows[0].name, comment: rows[0].comment, place };
}

const gone = ({ url }: Connection): ConnectorProblem => problem('not found', `${serverOf(url)} has no such role any more`, false);

/** The general sentence speaks of reading. */
const writingProblem = (error: ConnectorProblem, { url }: Connection): ConnectorProblem =>
  error.code === 'forbidden'
    ? problem(
        'forbidden',
        `${serverOf(url)}: a right is missing to comment on this role`,
        false,
        'Run the statements of "rights needed to write".',
      )
    : error;
