import type { SecretName } from '../../shared/model/secretName.ts';

/** The first name after a source's field that is not taken: `db.password`, `db.password-2`, … */
export function keptName(wanted: string, taken: readonly string[]): SecretName {
  const base = wanted
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 58);
  const first = base === '' ? 'secret' : base;
  let name = first;
  for (let number = 2; taken.includes(name); number++) name = `${first}-${number}`;
  return name as SecretName;
}
