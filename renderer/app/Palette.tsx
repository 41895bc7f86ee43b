import { Modal, useMantineColorScheme } from '@mantine/core';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import type { SearchHit } from '../../shared/bridge/engine.ts';
import { useEditing } from '../editing/useEditing.ts';
import { Hostile } from '../parts/Hostile.tsx';
import { Icon, type IconName } from '../parts/Icon.tsx';
import { Keys } from '../parts/Keys.tsx';
import { type Command, commandsNow, matchesCommand } from './commands.ts';
import { useEngine } from './engine.tsx';
import { holdKeys } from './heldKeys.ts';
import { useNavigation } from './navigation.ts';
import classes from './palette.module.css';
import { useShell } from './shellStore.ts';
import { TakeKeys } from './TakeKeys.tsx';

const LIMIT = 8;

export function Palette(): ReactNode {
  const opened = useShell((shell) => shell.layer === 'palette');
  const close = useShell((shell) => shell.close);
  return (
    <Modal
      opened={opened}
      onClose={close}
      withCloseButton={false}
      title={<span className="mu-visually-hidden">Find anything</span>}
      classNames={{ content: classes.content, body: classes.body, header: classes.header, inner: classes.inner }}
      size={600}
      yOffset="12vh"
    >
      {opened && (
        <TakeKeys>
          <PaletteBody close={close} />
        </TakeKeys>
      )}
    </Modal>
  );
}

interface Line {
  readonly id: string;
  readonly icon: IconName;
  readonly name: string;
  readonly detail?: string;
  readonly keys?: string;
  readonly run: () => void;
}

const ICONS = { identity: 'serviceAccount', party: 'people', source: 'sources' } as const;

function hitLine(hit: SearchHit): Line {
  const { go } = useNavigation.getState();
  const screens = { identity: 'register', party: 'people', source: 'sources' } as const;
  const query = useNavigation.getState().query;
  const place = { screen: screens[hit.kind], page: hit.id, query: hit.kind === 'identity' ? query : '' };
  return { id: `${hit.kind} ${hit.id}`, icon: ICONS[hit.kind], name: hit.name, detail: hit.detail, run: () => go(place) };
}

const commandLine = (command: Command): Line => ({
  id: command.id,
  icon: command.icon,
  name: command.label,
  ...(command.keys === undefined ? {} : { keys: command.keys }),
  run: command.run,
});

/** Identities first: finding one is what it is opened for most. */
function useLines(text: string): { lines: readonly Line[]; settled: boolean } {
  const { api } = useEngine();
  const editing = useEditing();
  const { setColorScheme } = useMantineColorScheme();
  const [found, setFound] = useState<{ text: string; hits: readonly SearchHit[] }>({ text: '', hits: [] });
  useEffect(() => {
    let live = true;
    if (text.trim() === '') setFound({ text, hits: [] });
    else void api.search(text.trim(), LIMIT).then((hits) => live && setFound({ text, hits }));
    return () => {
      live = false;
    };
  }, [api, text]);
  const commands = commandsNow(editing, setColorScheme).filter((command) => matchesCommand(command, text.trim()));
  return { lines: [...found.hits.map(hitLine), ...commands.map(commandLine)], settled: found.text === text };
}

function PaletteBody({ close }: { close: () => void }): ReactNode {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const list = useId();
  const { lines, settled } = useLines(text);
  // Enter before the answer is here means the first line of that answer, not of the former one.
  const wished = useRef(false);
  const held = useRef<() => void>(undefined);
  const pick = (line: Line | undefined): void => {
    if (!line) return;
    const goOn = holdKeys();
    close();
    // The layer must be gone first: what opens next anchors at what has the focus.
    setTimeout(() => {
      line.run();
      goOn();
    }, 0);
  };
  useEffect(() => {
    if (!settled || !wished.current) return;
    wished.current = false;
    pick(lines[0]);
    held.current?.();
  });
  const onKey = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (by === 0 && event.key !== 'Enter') return;
    event.preventDefault();
    if (by !== 0) setAt((now) => (now + by + lines.length) % Math.max(1, lines.length));
    else if (settled) pick(lines[at]);
    else {
      // What is typed after Enter is for what it opens.
      wished.current = true;
      held.current = holdKeys();
    }
  };
  return (
    <>
      <div className={classes.input}>
        <Icon name="search" />
        <input
          data-autofocus
          type="text"
          role="combobox"
          aria-label="Find anything"
          aria-expanded="true"
          aria-controls={list}
          aria-activedescendant={lines[at] ? `${list}-${at}` : undefined}
          placeholder="An identity, a person, a source, a command"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKey}
        />
      </div>
      <div className={classes.list} id={list} role="listbox" aria-label="Results">
        {lines.map((line, index) => (
          <PaletteLine
            key={line.id}
            id={`${list}-${index}`}
            line={line}
            here={index === at}
            onHover={() => setAt(index)}
            onPick={() => pick(line)}
          />
        ))}
        {lines.length === 0 && settled && <p className={classes.none}>Nothing is called that.</p>}
      </div>
    </>
  );
}

interface PaletteLineProps {
  readonly id: string;
  readonly line: Line;
  readonly here: boolean;
  readonly onHover: () => void;
  readonly onPick: () => void;
}

function PaletteLine({ id, line, here, onHover, onPick }: PaletteLineProps): ReactNode {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (here) element.current?.scrollIntoView({ block: 'nearest' });
  }, [here]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the input keeps the focus and has the keys (ARIA combobox)
    <div
      ref={element}
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={here}
      className={classes.line}
      onMouseMove={onHover}
      onClick={onPick}
    >
      <Icon name={line.icon} size={14} />
      <span className={classes.name}>
        <Hostile text={line.name} limit={120} />
      </span>
      {line.detail !== undefined && (
        <span className={classes.detail}>
          <Hostile text={line.detail} limit={120} />
        </span>
      )}
      {line.keys !== undefined && <Keys combo={line.keys} />}
    </div>
  );
}
