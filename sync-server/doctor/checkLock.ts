import { lockHolder } from '../core/lock.ts';
import { type Diagnosis, fine } from './diagnosis.ts';

export function checkLock(lock: string): Diagnosis {
  const holder = lockHolder(lock);
  if (!holder) return fine('lock', 'No process holds the data directory.');
  if (holder.alive) return fine('lock', `Process ${holder.pid} holds the data directory.`);
  return fine('lock', `Process ${holder.pid} held the data directory and ended without giving it back; the next start takes it over.`);
}
