import { useEffect, useState } from 'react';
import type { DeviceId } from '../../shared/model/ids.ts';
import type { TeamReply } from '../../shared/wire/team.ts';
import { useEngine, useStatus } from '../app/engine.tsx';

export type Seen = TeamReply['devices'][number];

/** Milliseconds. Who is here changes by itself. */
const ASK_EVERY = 10_000;

/** When devices were last here, as far as the server tells it to this person; undefined while it is away. */
export function useTeamSeen(): ReadonlyMap<DeviceId, Seen> | undefined {
  const { api } = useEngine();
  const status = useStatus();
  const [seen, setSeen] = useState<ReadonlyMap<DeviceId, Seen>>();
  const online = status?.connection === 'online';
  const place = status?.place;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new place may be a new device
  useEffect(() => {
    let live = true;
    const ask = async (): Promise<void> => {
      const reply = await api.teamSeen();
      if (live) setSeen(reply.ok ? new Map(reply.value.devices.map((one) => [one.device, one])) : undefined);
    };
    if (!online) {
      setSeen(undefined);
      return;
    }
    void ask();
    const timer = setInterval(() => void ask(), ASK_EVERY);
    return () => {
      live = false;
      clearInterval(timer);
    };
  }, [api, online, place]);
  return seen;
}
