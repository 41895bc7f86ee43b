export interface TurnLimits {
  /** Tasks of one lane that are under way at once. */
  readonly tasks: number;
  /** Their bytes; one that is larger by itself goes alone. */
  readonly bytes: number;
}

interface Lane {
  tasks: number;
  bytes: number;
  readonly waiting: { readonly size: number; readonly go: (mayGo: boolean) => void }[];
}

/**
 * Everybody has a lane, and in each lane only so much is under way at once: whoever sends twenty thousand things has them done, and nobody else
 * waits behind more than a lane's worth of them.
 */
export class Turns {
  private readonly limits: TurnLimits;
  private readonly lanes = new Map<string, Lane>();

  constructor(limits: TurnLimits) {
    this.limits = limits;
  }

  /** @returns true at once where there is room; else whether its turn came, false when the lane was given up. Ends with `leave`. */
  enter(key: string, size: number): true | Promise<boolean> {
    const lane = this.lanes.get(key) ?? { tasks: 0, bytes: 0, waiting: [] };
    this.lanes.set(key, lane);
    if (lane.waiting.length > 0 || !this.hasRoom(lane, size)) return new Promise((go) => lane.waiting.push({ size, go }));
    this.begin(lane, size);
    return true;
  }

  leave(key: string, size: number): void {
    const lane = this.lanes.get(key);
    if (!lane) return;
    lane.tasks--;
    lane.bytes -= size;
    for (let next = lane.waiting[0]; next && this.hasRoom(lane, next.size); next = lane.waiting[0]) {
      lane.waiting.shift();
      this.begin(lane, next.size);
      next.go(true);
    }
    if (lane.tasks === 0 && lane.waiting.length === 0) this.lanes.delete(key);
  }

  /** What waits in this lane never gets its turn; what is under way ends by itself. */
  giveUp(key: string): void {
    for (const { go } of this.lanes.get(key)?.waiting.splice(0) ?? []) go(false);
  }

  private hasRoom(lane: Lane, size: number): boolean {
    return lane.tasks === 0 || (lane.tasks < this.limits.tasks && lane.bytes + size <= this.limits.bytes);
  }

  private begin(lane: Lane, size: number): void {
    lane.tasks++;
    lane.bytes += size;
  }
}
