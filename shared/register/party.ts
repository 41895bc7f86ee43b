import { normalName } from '../base/text.ts';
import { partyKind } from '../model/vocabulary.ts';
import type { Application } from './applicationDirectory.ts';
import { decideSet } from './decide.ts';
import { textOf } from './gathered.ts';
import type { Party } from './partyDirectory.ts';
import type { Projector } from './projector.ts';
import type { Subject } from './subject.ts';
import { lifecycleOf } from './subjectFacts.ts';

/** A person, team or vendor as sources and stewards describe it. */
export function partyOf(subject: Subject, projector: Projector): Party {
  const value = (field: string): unknown => projector.decide(subject, field).value;
  const kind = partyKind.safeParse(value('partyKind') ?? subject.kind);
  const name = projector.nameOf(subject);
  const active = projector.observed(subject, 'active');
  const leftOn = textOf(projector.observed(subject, 'leftOn'));
  const followed = typeof active === 'boolean' || leftOn !== undefined;
  const gone = followed && projector.observedState(subject) === 'missing';
  const aliases = new Set([
    ...decideSet(subject, 'aliases', projector.parts.ledger),
    ...subject.records.flatMap(({ record }) => record.aliases),
  ]);
  aliases.delete(name);
  return {
    id: subject.id,
    anchors: subject.anchors,
    name,
    kind: kind.success ? kind.data : 'team',
    email: textOf(projector.decide(subject, 'email').value),
    aliases: [...aliases].sort(),
    active: gone ? false : typeof active === 'boolean' ? active : leftOn === undefined ? undefined : false,
    followed,
    leftOn,
    confirmed: subject.created !== undefined || lifecycleOf(projector.decide(subject, 'lifecycle').value, subject) === 'active',
  };
}

/** A business service: its own name, its owner and its team; what belongs to it inherits them. */
export function applicationOf(subject: Subject, projector: Projector): Application {
  const names = [projector.nameOf(subject), ...subject.records.flatMap(({ record }) => record.aliases)].map(normalName);
  return {
    id: subject.id,
    names: [...new Set(names)].filter((name) => name !== '').sort(),
    ownerValue: textOf(projector.decide(subject, 'owner').value),
    teamValue: textOf(projector.decide(subject, 'team').value),
  };
}
