import type { EngineStatus } from '../../shared/bridge/engine.ts';
import type { SourceView } from '../../shared/register/view.ts';
import type { SpaceInfo } from '../../shared/wire/http.ts';
import { readOnlyReason } from './readOnlyReason.ts';
import type { ServerClock } from './serverClock.ts';
import type { SpaceSession } from './spaceSession.ts';

export interface StatusInput {
  readonly phase: EngineStatus['phase'];
  readonly progress: number | undefined;
  readonly problem: EngineStatus['problem'];
  readonly info: SpaceInfo | undefined;
  readonly server: string;
  readonly clock: ServerClock;
  readonly persisted: boolean;
  readonly session: SpaceSession | undefined;
}

export function statusOf(input: StatusInput): EngineStatus {
  const { phase, progress, problem, info, server, clock, persisted, session } = input;
  return {
    phase,
    ...(phase === 'loading' && progress !== undefined ? { progress } : {}),
    ...(problem ? { problem } : {}),
    ...(info
      ? { space: { id: info.space, name: info.name, sample: info.sample, server, serverKey: session?.trust.serverKey ?? info.serverKey } }
      : {}),
    now: clock.instant,
    clockFromServer: clock.fromServer,
    persisted,
    ...(session ? sessionStatus(session) : EMPTY),
  };
}

type SessionStatus = Omit<EngineStatus, 'phase' | 'progress' | 'problem' | 'space' | 'now' | 'clockFromServer' | 'persisted'>;

const EMPTY: SessionStatus = {
  connection: 'connecting',
  savedHere: 0,
  refused: [],
  others: [],
  evidence: [],
  place: 0,
  unverified: 0,
  readOnly: false,
  version: 0,
};

function sessionStatus(session: SpaceSession): SessionStatus {
  const { enrolment, ledger, own, register, offlineSince, opening } = session;
  const undo = session.store.steps.at(-1)?.label;
  return {
    ...(opening.progress === undefined ? {} : { opening: opening.progress }),
    ...(enrolment
      ? {
          me: {
            person: enrolment.person,
            name: enrolment.personName,
            role: enrolment.role,
            remit: enrolment.remit,
            device: session.device.signer.publicKey,
          },
        }
      : {}),
    device: session.device.signer.publicKey,
    connection: session.connection,
    ...(offlineSince === undefined ? {} : { offlineSince }),
    savedHere: own.waiting,
    refused: own.refused,
    others: session.others(),
    evidence: register.sources().map(evidenceOf),
    place: ledger.place,
    unverified: session.unverified,
    ...readOnlyStatus(session),
    ...(session.trust.problem ? { distrust: session.trust.problem } : {}),
    ...(session.signInAgain ? { signInAgain: true as const } : {}),
    ...(session.revoked ? { revoked: true as const } : {}),
    ...(session.forkedAt === undefined ? {} : { forkedAt: session.forkedAt }),
    ...(undo === undefined ? {} : { canUndo: undo }),
    version: register.version,
  };
}

type ReadOnlyStatus = Pick<EngineStatus, 'readOnly' | 'readOnlyBecause'>;

function readOnlyStatus(session: SpaceSession): ReadOnlyStatus {
  const because = readOnlyReason(session);
  return because ? { readOnly: true, readOnlyBecause: because } : { readOnly: false };
}

/** A source as the status bar shows it. */
export function evidenceOf({ status, freshness, asOf }: SourceView): EngineStatus['evidence'][number] {
  return {
    source: status.source,
    label: status.label,
    ...(asOf === undefined ? {} : { asOf }),
    level: freshness.reporting,
    reportingOnly: freshness.control === 'not for control',
    health: healthOf(status),
  };
}

function healthOf({ held, state }: SourceView['status']): EngineStatus['evidence'][number]['health'] {
  if (held.length > 0) return 'held';
  return state === 'idle' || state === 'paused' ? 'ok' : state;
}
