import { availableParallelism } from 'node:os';
import { benchBrowser } from './browser.ts';
import { benchDocuments, benchLedgerDocument, benchPasses } from './documents.ts';
import { type Figure, within } from './measure.ts';
import { benchRegister } from './register.ts';
import { benchRunner } from './runner.ts';
import { benchServer } from './server.ts';
import { benchSnapshot } from './snapshot.ts';
import { benchSnapshotBrowser } from './snapshotBrowser.ts';
import { benchSources } from './sources.ts';

/**
 * The budgets of the design, measured: ratios within this one run, against `JSON.parse` of the same data and a bare relay on
 * the same machine. `npm run bench -- documents server` runs parts of it.
 */
const PARTS: Readonly<Record<string, () => Promise<Figure[]> | Figure[]>> = {
  documents: async () => [...(await benchDocuments(100_000)), ...(await benchLedgerDocument()), ...benchPasses(1_000, 10_000)],
  register: benchRegister,
  runner: benchRunner,
  server: benchServer,
  sources: benchSources,
  snapshot: benchSnapshot,
  browser: benchBrowser,
  'snapshot-browser': benchSnapshotBrowser,
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function line(figure: Figure): string {
  const { what, value, unit, budget, note } = figure;
  const verdict = { true: 'within', false: 'MISSED', undefined: '      ' }[String(within(figure)) as 'true'];
  const bound =
    budget === undefined
      ? ''
      : [budget.least === undefined ? '' : `≥ ${budget.least}`, budget.most === undefined ? '' : `≤ ${budget.most}`]
          .filter((text) => text !== '')
          .join(', ');
  const number = value >= 100 ? value.toFixed(0) : value.toFixed(2);
  return `${verdict}  ${`${number} ${unit}`.padStart(12)}  ${bound.padEnd(10)}  ${what}${note === undefined ? '' : `  (${note})`}`;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) {
  process.stderr.write(`bench: there is no part "${unknown[0]}". Parts: ${Object.keys(PARTS).join(', ')}.\n`);
  process.exit(2);
}

say(`Muster's budgets on ${availableParallelism()} cores, Node ${process.version}\n`);
const figures: Figure[] = [];
for (const [name, bench] of Object.entries(PARTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  say(`${name}`);
  for (const figure of await bench()) {
    figures.push(figure);
    say(line(figure));
  }
  say('');
}
const missed = figures.filter((figure) => within(figure) === false);
say(
  missed.length === 0
    ? `${figures.length} figures, every budget held`
    : `${figures.length} figures, ${missed.length} over budget: ${missed.map(({ what }) => what).join('; ')}`,
);
