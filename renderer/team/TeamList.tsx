import { type ReactNode, useEffect, useRef } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { DeviceId } from '../../shared/model/ids.ts';
import type { TeamInvitation, TeamPerson, TeamView } from '../../shared/register/teamView.ts';
import style from '../inbox/list.module.css';
import { Age } from '../parts/Age.tsx';
import { Icon, type IconName } from '../parts/Icon.tsx';
import { hasRemit, isEverything, roleName } from './roleWords.ts';
import own from './team.module.css';
import type { Seen } from './useTeamSeen.ts';

/** What can be marked: a person, an open invitation, or something of the register as a whole. */
export type TeamLine =
  | { readonly kind: 'person'; readonly id: string; readonly person: TeamPerson }
  | { readonly kind: 'invitation'; readonly id: string; readonly invitation: TeamInvitation }
  | { readonly kind: 'sign-in'; readonly id: string }
  | { readonly kind: 'server key'; readonly id: string };

export const linesOf = (team: TeamView): TeamLine[] => [
  ...team.persons.map((person) => ({ kind: 'person', id: person.person, person }) as const),
  ...team.invitations.map(
    (invitation) => ({ kind: 'invitation', id: `${invitation.ref.entry}/${invitation.ref.act}`, invitation }) as const,
  ),
  { kind: 'sign-in', id: 'sign-in' },
  { kind: 'server key', id: 'server key' },
];

interface Props {
  readonly team: TeamView;
  readonly lines: readonly TeamLine[];
  readonly marked: string | undefined;
  readonly seen: ReadonlyMap<DeviceId, Seen> | undefined;
  readonly onMark: (id: string) => void;
}

export function TeamList({ team, lines, marked, seen, onMark }: Props): ReactNode {
  const groups = [
    ['People', lines.filter(({ kind }) => kind === 'person')],
    ['Open invitations', lines.filter(({ kind }) => kind === 'invitation')],
    ['This register', lines.filter(({ kind }) => kind === 'sign-in' || kind === 'server key')],
  ] as const;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <nav className={style.pane} aria-label="People, invitations and keys" tabIndex={0}>
      {groups.map(([title, list]) => (
        <section key={title} aria-label={title}>
          <h2 className={style.groupHead}>
            {title}
            {title !== 'This register' && <span className={style.dim}>{list.length}</span>}
          </h2>
          {list.map((line) => (
            <Line key={line.id} active={line.id === marked} onMark={() => onMark(line.id)} {...wordsOf(line, team, seen)} />
          ))}
          {list.length === 0 && <p className={own.none}>None</p>}
        </section>
      ))}
    </nav>
  );
}

interface LineWords {
  readonly icon: IconName;
  readonly title: string;
  readonly detail: string;
  readonly aside: ReactNode;
}

function wordsOf(line: TeamLine, team: TeamView, seen: Props['seen']): LineWords {
  switch (line.kind) {
    case 'person':
      return personWords(line.person, seen);
    case 'invitation': {
      const { label, role, expires, by } = line.invitation;
      return {
        icon: 'plus',
        title: visibleText(label, 120),
        detail: `${roleName(role)} · made by ${visibleText(by, 60)}`,
        aside: <Age at={expires} />,
      };
    }
    case 'sign-in': {
      const detail = team.signIn ? `With ${visibleText(team.signIn.name, 64)}` : 'Not set up';
      return { icon: 'external', title: 'Sign-in', detail, aside: undefined };
    }
    case 'server key':
      return { icon: 'lock', title: 'Server key', detail: 'How to compare it, and how to replace it', aside: undefined };
  }
}

function personWords({ name, me, role, remit, devices }: TeamPerson, seen: Props['seen']): LineWords {
  const used = devices.filter(({ revoked }) => !revoked);
  const edits = !hasRemit(role) ? '' : isEverything(remit) ? ' · edits everything' : ` · edits ${visibleText(remit, 60)}`;
  const count = used.length === 0 ? 'no device in use' : used.length === 1 ? '1 device' : `${used.length} devices`;
  return {
    icon: 'person',
    title: `${visibleText(name, 120)}${me ? ' (you)' : ''}`,
    detail: `${roleName(role)}${edits} · ${count}`,
    aside: lastSeenOf(used.map(({ device }) => seen?.get(device))),
  };
}

function lastSeenOf(seen: readonly (Seen | undefined)[]): ReactNode {
  if (seen.some((one) => one?.here)) return 'here now';
  const last = seen
    .map((one) => one?.lastSeen ?? '')
    .sort()
    .at(-1);
  return last === undefined || last === '' ? undefined : <Age at={last} />;
}

function Line({ icon, title, detail, aside, active, onMark }: LineWords & { active: boolean; onMark: () => void }): ReactNode {
  const line = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (active) line.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <button ref={line} type="button" tabIndex={-1} className={style.line} data-active={active} aria-current={active} onClick={onMark}>
      <Icon name={icon} size={14} />
      <span className={style.grow}>
        <bdi className={style.cut} style={{ display: 'block', fontWeight: 500 }}>
          {title}
        </bdi>
        <span className={`${style.cut} ${style.dim} ${style.small}`} style={{ display: 'block' }}>
          {detail}
        </span>
      </span>
      <span className={`${style.number} ${style.dim} ${style.small}`}>{aside}</span>
    </button>
  );
}
