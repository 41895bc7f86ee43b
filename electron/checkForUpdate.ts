import { err, ok, type Result } from '../shared/base/result.ts';
import type { HostTrouble } from '../shared/model/hostTrouble.ts';
import type { Desktop } from './facade.ts';
import { METADATA_BYTES, METADATA_NAMES, type Release, verifyRelease } from './release.ts';
import { POLICY_PATHS, updateAddress } from './updateAddress.ts';

export interface FoundRelease {
  readonly release: Release;
  /** Its files are beside each other here. */
  readonly address: string;
}

type Host = Pick<Desktop, 'platform' | 'version' | 'userData' | 'fetchBytes'>;

/** Looks for a newer release where somebody said that there may be one. Without a key or an address nothing is asked of anybody. */
export async function checkForUpdate(
  desktop: Host,
  key: string | undefined,
  policyPath: string | undefined = POLICY_PATHS[desktop.platform],
): Promise<Result<FoundRelease, HostTrouble>> {
  if (key === undefined) return off('This build has no release key: updates are off', 'Install a new version by hand.');
  const address = updateAddress(desktop.userData, policyPath);
  if (!address.ok) return address;
  if (address.value === undefined) {
    return off('No address for updates is set: updates are off', 'Name one in settings.json or in the policy of this computer.');
  }
  if (desktop.platform === 'other') return off('There are no updates for this system', 'Install a new version by hand.');
  const name = METADATA_NAMES[desktop.platform];
  const fetched = await fetchBoth(desktop, new URL(name, address.value).href);
  if (!fetched.ok) return fetched;
  const release = verifyRelease({ name, ...fetched.value, key, current: desktop.version });
  return release.ok ? ok({ release: release.value, address: address.value }) : release;
}

async function fetchBoth(desktop: Host, url: string): Promise<Result<{ metadata: Uint8Array; signature: string }, HostTrouble>> {
  try {
    const metadata = await desktop.fetchBytes(url, METADATA_BYTES);
    const signature = Buffer.from(await desktop.fetchBytes(`${url}.sig`, 256)).toString('latin1');
    return ok({ metadata, signature });
  } catch {
    return off(`${url} or its signature could not be fetched`, 'Check the address and the network, and try again.');
  }
}

const off = (message: string, wayOut: string) => err<HostTrouble>({ message, wayOut });
