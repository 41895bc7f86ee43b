import type { Result } from '../../../shared/base/result.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { problem } from '../connector.ts';
import { eachOf } from '../restClient.ts';
import { entityIn, groupIn, metadataIn, roleIn, secretIdIn, tokenIn } from './answers.ts';
import type { VaultClient } from './client.ts';
import { ACCESSORS, type OpenBaoSettings, SECRETS } from './settings.ts';
import type { Mount, MountScope } from './snapshot.ts';

const AT_ONCE = 6;

/** Calls that a pass may still spend on looking up one thing at a time. */
export interface Budget {
  accessors: number;
  secrets: number;
}
export const budgetOf = ({ accessors, secrets }: OpenBaoSettings): Budget => ({
  accessors: accessors?.max ?? ACCESSORS,
  secrets: secrets?.max ?? SECRETS,
});

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] };
type Kept = Mutable<Pick<MountScope, 'entities' | 'groups' | 'roles' | 'secretIds' | 'tokens' | 'secrets'>>;

/** Reads one mount, and remembers what was refused on the way. */
class Reading {
  readonly kept: Kept = { entities: [], groups: [], roles: [], secretIds: [], tokens: [], secrets: [] };
  readonly problems: ConnectorProblem[] = [];
  /** The server stopped answering: what was read until then is no listing. */
  broken = false;

  /** A refusal is remembered; what cannot be reached ends the reading. */
  take<T>(result: Result<T, ConnectorProblem>): T | undefined {
    if (result.ok) return result.value;
    this.note(result.error);
    if (!['forbidden', 'not found'].includes(result.error.code)) this.broken = true;
    return undefined;
  }

  note(found: ConnectorProblem): void {
    if (!this.problems.some(({ message }) => message === found.message)) this.problems.push(found);
  }

  scope(mount: Mount): MountScope {
    if (this.broken) return { mount, outcome: 'failed', problems: this.problems.slice(-20), ...new Reading().kept };
    return { mount, outcome: this.problems.length === 0 ? 'complete' : 'partial', problems: this.#few(), ...this.kept };
  }

  /** The first few say which rights are missing; how many more there are is said too. */
  #few(): ConnectorProblem[] {
    const [most, more] = [this.problems.slice(0, 19), this.problems.length - 19];
    return more > 0 ? [...most, problem('forbidden', `and ${more} more of the same kind`, false)] : most;
  }
}

type Reader = (vault: VaultClient, mount: Mount, reading: Reading, budget: Budget) => Promise<void>;

/** Which mounts hold something to read. A KV engine of version 1 keeps no dates and says nothing that is worth a record. */
export function readerOf({ type, version, auth }: Mount): Reader | undefined {
  if (auth) return type === 'approle' ? appRoles : ['token', 'ns_token'].includes(type) ? tokens : undefined;
  if (type === 'identity' || type === 'ns_identity') return entities;
  return ['kv', 'generic'].includes(type) && version === '2' ? secrets : undefined;
}

export async function readMount(vault: VaultClient, mount: Mount, budget: Budget): Promise<MountScope> {
  const reading = new Reading();
  await readerOf(mount)?.(vault, mount, reading, budget);
  return reading.scope(mount);
}

const entities: Reader = async (vault, { namespace, path }, reading) => {
  const read = async <T>(kind: 'entity' | 'group', parse: (data: unknown) => T | undefined, kept: T[]): Promise<void> => {
    const ids = reading.take(await vault.list(namespace, `${path}${kind}/id`)) ?? [];
    await eachOf(ids, AT_ONCE, async (id) => {
      const found = parse(reading.take(await vault.read(namespace, `${path}${kind}/id/${id}`)));
      if (found !== undefined) kept.push(found);
      return !reading.broken;
    });
  };
  await read('group', groupIn, reading.kept.groups);
  if (!reading.broken) await read('entity', entityIn, reading.kept.entities);
};

const appRoles: Reader = async (vault, { namespace, path }, reading, budget) => {
  const names = reading.take(await vault.list(namespace, `${path}role`)) ?? [];
  const accessors: { role: string; accessor: string }[] = [];
  await eachOf(names, AT_ONCE, async (name) => {
    const role = reading.take(await vault.read(namespace, `${path}role/${name}`));
    const id = reading.take(await vault.read(namespace, `${path}role/${name}/role-id`));
    const found = roleIn(name, role, id);
    if (found === undefined) return !reading.broken;
    reading.kept.roles.push(found);
    const known = reading.take(await vault.list(namespace, `${path}role/${name}/secret-id`)) ?? [];
    accessors.push(...known.map((accessor) => ({ role: name, accessor })));
    return !reading.broken;
  });
  accessors.sort((a, b) => (a.role + a.accessor < b.role + b.accessor ? -1 : 1));
  const affordable = spend(accessors, budget, 'accessors', `secret ID accessors of ${path}`, reading);
  await eachOf(affordable, AT_ONCE, async ({ role, accessor }) => {
    const asked = await vault.ask(namespace, `${path}role/${role}/secret-id-accessor/lookup`, { secret_id_accessor: accessor });
    const found = secretIdIn(role, reading.take(asked));
    if (found !== undefined) reading.kept.secretIds.push(found);
    return !reading.broken;
  });
};

const tokens: Reader = async (vault, { namespace, path }, reading, budget) => {
  const accessors = reading.take(await vault.list(namespace, `${path}accessors`)) ?? [];
  await eachOf(spend(accessors, budget, 'accessors', `token accessors of ${path}`, reading), AT_ONCE, async (accessor) => {
    const found = tokenIn(reading.take(await lookedUp(vault, namespace, path, accessor)));
    if (found !== undefined) reading.kept.tokens.push(found);
    return !reading.broken;
  });
};

/** A token that ended between the list and the look-up is answered with 403 or 404: it is simply there no more. */
async function lookedUp(vault: VaultClient, namespace: string, path: string, accessor: string) {
  const asked = await vault.ask(namespace, `${path}lookup-accessor`, { accessor });
  if (asked.ok || asked.error.code !== 'forbidden') return asked;
  const still = await vault.list(namespace, `${path}accessors`);
  return still.ok && !still.value.includes(accessor) ? { ok: true as const, value: undefined } : asked;
}

const secrets: Reader = async (vault, { namespace, path }, reading, budget) => {
  const folders = [''];
  const found: string[] = [];
  for (let folder = folders.shift(); folder !== undefined && !reading.broken; folder = folders.shift()) {
    const at = folder;
    const keys = reading.take(await vault.list(namespace, `${path}metadata/${at}`)) ?? [];
    for (const key of keys) (key.endsWith('/') ? folders : found).push(`${at}${key}`);
  }
  await eachOf(spend(found.sort(), budget, 'secrets', `secrets of ${path}`, reading), AT_ONCE, async (name) => {
    const read = reading.take(await vault.read(namespace, `${path}metadata/${name}`));
    const metadata = metadataIn(name, read);
    if (metadata !== undefined) reading.kept.secrets.push(metadata);
    else if (read !== undefined) reading.note(problem('malformed', `the metadata of ${path}${name} cannot be understood`, false));
    return !reading.broken;
  });
};

/** What the budget still allows; what it does not is said with its exact number. */
function spend<T>(all: readonly T[], budget: Budget, kind: keyof Budget, what: string, reading: Reading): readonly T[] {
  const some = all.slice(0, budget[kind]);
  budget[kind] -= some.length;
  const left = all.length - some.length;
  if (left > 0)
    reading.note(
      problem('too large', `${left} of ${all.length} ${what} were not looked up`, false, `Raise \`${kind}.max\` in the settings.`),
    );
  return some;
}
