import type { ReactNode } from 'react';
import { visibleText } from '../../shared/base/text.ts';
import type { Act } from '../../shared/model/act.ts';
import type { IdentityView, LinkView } from '../../shared/register/view.ts';
import { useNavigation } from '../app/navigation.ts';
import { useEditing } from '../editing/useEditing.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Age } from '../parts/Age.tsx';
import style from './identity.module.css';
import { type LinkGroup, usedByAndReaches } from './links.ts';

/** Who uses it and what it reaches. A direction that nobody read is unknown, which is not none. */
export function LinksSection({ view }: { view: IdentityView }): ReactNode {
  const { usedBy, reaches } = usedByAndReaches(view.links);
  return (
    <>
      <Direction title="Used by" groups={usedBy} unknown="Unknown: nothing that was read says what uses it." unread={view.linksUnread} />
      <Direction
        title="Reaches"
        groups={reaches}
        unknown="Unknown: nothing that was read says what it reaches."
        unread={view.linksUnread}
      />
      <Refused refused={view.refused} />
    </>
  );
}

/** What people said no to, so that it can be asked again. */
function Refused({ refused }: { refused: IdentityView['refused'] }): ReactNode {
  if (refused.length === 0) return null;
  return (
    <section className={style.section} aria-label="Kept apart">
      <h2 className={style.sectionHead}>Kept apart</h2>
      <ul className={style.plain} style={{ gap: 2 }}>
        {refused.map(({ who, at, why, retract }) => (
          <li key={`${at} ${why}`}>
            <bdi>{visibleText(why, 300)}</bdi>
            <span className={`${style.dim} ${style.small}`}>
              {' · by '}
              <bdi>{visibleText(who, 80)}</bdi> · <Age at={at} />
            </span>
            <Retract acts={retract} label="Asked again" words="Ask again" />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Retract({ acts, label, words }: { acts: readonly Act[]; label: string; words: string }): ReactNode {
  const { signActs, whyNot } = useEditing();
  return (
    <>
      {' '}
      <ActionButton tone="quiet" disabledReason={whyNot('remove')} onClick={() => void signActs(acts, label)}>
        {words}
      </ActionButton>
    </>
  );
}

interface DirectionProps {
  readonly title: string;
  readonly groups: readonly LinkGroup[];
  readonly unknown: string;
  readonly unread: readonly string[];
}

function Direction({ title, groups, unknown, unread }: DirectionProps): ReactNode {
  return (
    <section className={style.section} aria-label={title}>
      <h2 className={style.sectionHead}>{title}</h2>
      {groups.length === 0 && <p className={style.dim}>{unknown}</p>}
      {groups.map((group) => (
        <div key={group.words} className={style.field} style={{ gridTemplateColumns: '148px minmax(0, 1fr)' }}>
          <span className={style.dim}>{group.words}</span>
          <ul className={style.plain} style={{ gap: 2 }}>
            {group.links.map((link, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two sources may report one link
              <li key={index}>
                <LinkLine link={link} />
              </li>
            ))}
          </ul>
        </div>
      ))}
      {unread.length > 0 && (
        <p className={`${style.dim} ${style.small}`} style={{ margin: '4px 0 0' }}>
          Unknown beyond that: {visibleText(unread.join(' '), 600)}
        </p>
      )}
    </section>
  );
}

const REGISTERED: ReadonlySet<LinkView['type']> = new Set(['identity', 'credential']);

function LinkLine({ link }: { link: LinkView }): ReactNode {
  const peekAt = useNavigation((place) => place.peekAt);
  const { target } = link;
  const text = <bdi>{visibleText(link.text, 300)}</bdi>;
  return (
    <>
      {target !== undefined && REGISTERED.has(link.type) ? (
        <button type="button" className={style.link} onClick={() => peekAt(target)}>
          {text}
        </button>
      ) : (
        text
      )}
      <LinkEvidence link={link} />
      {link.retract !== undefined && <Retract acts={link.retract} label={`No longer linked: ${link.text}`} words="Unlink" />}
    </>
  );
}

const OPEN: Readonly<Record<NonNullable<LinkView['open']>, string>> = {
  ambiguous: 'ambiguous',
  unknown: 'unknown: no source that was read has it',
};

/** Who says so, how old that is, and how sure. */
function LinkEvidence({ link }: { link: LinkView }): ReactNode {
  const at = link.asOf ?? link.at;
  const said = link.who === undefined ? link.label : `by ${link.who}`;
  return (
    <span className={`${style.dim} ${style.small}`} title={link.note}>
      {link.open !== undefined && ` · ${OPEN[link.open]}`}
      {link.candidates !== undefined && `: ${link.candidates.length} records have that name`}
      {` · ${link.certainty}`}
      {said !== undefined && (
        <>
          {' · '}
          <bdi>{visibleText(said, 80)}</bdi>
        </>
      )}
      {at !== undefined && (
        <>
          {' · '}
          <Age at={at} />
        </>
      )}
    </span>
  );
}
