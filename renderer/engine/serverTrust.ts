import { err, ok, type Result } from '../../shared/base/result.ts';
import type { Verify } from '../../shared/base/signature.ts';
import { SECOND } from '../../shared/base/time.ts';
import type { ServerDistrust } from '../../shared/bridge/engine.ts';
import type { LedgerState } from '../../shared/ledger/ledgerState.ts';
import { isSignedHead } from '../../shared/ledger/verifyStatement.ts';
import { verifySuccession } from '../../shared/ledger/verifySuccession.ts';
import type { DeviceId, Place, SpaceId } from '../../shared/model/ids.ts';
import type { SignedHead, SignedRestore } from '../../shared/model/status.ts';
import type { ApiError, SpaceInfo } from '../../shared/wire/http.ts';
import { NEWER_PROTOCOL } from './hearSpace.ts';
import { restoredTo } from './restoredTo.ts';
import type { Mark, TrustStore } from './trustStore.ts';

/** How long a refusal stands before the server is asked again: it may have been put right. */
const REFUSAL_STANDS = 4 * SECOND;

export interface TrustOptions {
  readonly space: SpaceId;
  readonly epoch: number;
  readonly ledger: LedgerState;
  readonly store: TrustStore;
  readonly verify: Verify;
  /** Milliseconds that only grow. */
  readonly elapsed: () => number;
  /** Asks the server who it is, and tells whoever must know. */
  readonly hear: () => Promise<Result<SpaceInfo, ApiError>>;
  readonly headAt: (place: number) => Promise<Result<SignedHead, ApiError>>;
  /** The restores that the server's catalog names, before anything of it is taken over. */
  readonly restores: () => Promise<Result<readonly SignedRestore[], ApiError>>;
  /** Restores that were verified, all of them: before a document syncs. */
  readonly onRestores: (restores: readonly SignedRestore[]) => void;
  /** What was trusted is not any more: what is connected is cut. */
  readonly onDistrust: () => void;
}

/**
 * Whether the server is the one that this device knows: it has the key that was pinned or one that came from it, and a history that
 * goes on from what this device saw. Asked before each connection; what is not trusted gets nothing and gives nothing.
 */
export class ServerTrust {
  readonly #options: TrustOptions;
  #problem: ServerDistrust | undefined;
  #newer: ApiError | undefined;
  #verdict: Promise<Result<null, ApiError>> | undefined;
  #passed = false;
  #refusedAt = 0;
  #hearing: Promise<void> = Promise.resolve();

  constructor(options: TrustOptions) {
    this.#options = options;
  }

  get problem(): ServerDistrust | undefined {
    return this.#problem;
  }

  /** The server speaks a protocol that this version does not know. */
  get newer(): ApiError | undefined {
    return this.#newer;
  }

  get serverKey(): DeviceId | undefined {
    const { store, ledger } = this.#options;
    return store.pin.serverKey ?? ledger.serverKey;
  }

  /** Asks once for all who ask meanwhile. A pass stands until a connection ends. */
  passed(): Promise<Result<null, ApiError>> {
    const stale = !this.#passed && this.#options.elapsed() - this.#refusedAt > REFUSAL_STANDS;
    if (this.#verdict === undefined || (stale && this.#refusedAt > 0)) this.#verdict = this.#judge();
    return this.#verdict;
  }

  /** Another server may answer next time. */
  ended(): void {
    if (this.#passed) this.forget();
  }

  /** The next connection asks again. */
  forget(): void {
    this.#passed = false;
    this.#refusedAt = 0;
    this.#verdict = undefined;
  }

  async #judge(): Promise<Result<null, ApiError>> {
    this.#refusedAt = 0;
    const verdict = await this.#check();
    this.#passed = verdict.ok;
    this.#newer = !verdict.ok && verdict.error.code === NEWER_PROTOCOL ? verdict.error : undefined;
    if (verdict.ok) this.#problem = undefined;
    else if (this.#problem || this.#newer) this.#refusedAt = this.#options.elapsed();
    // The network may be back any moment.
    else this.#verdict = undefined;
    return verdict;
  }

  async #check(): Promise<Result<null, ApiError>> {
    const { space, epoch, hear } = this.#options;
    const heard = await hear();
    if (!heard.ok) return heard;
    const info = heard.value;
    // Whoever heard it opens the other register, or the other epoch, in place of this one.
    if (info.space !== space || info.epoch !== epoch) return err(REPLACED);
    if (!(await this.#followKey(info))) return this.#distrust('another key', info.serverKey);
    return this.#checkHistory(info);
  }

  /** Is the server's key the pinned one, or did it come from it? Where none is pinned, the ledger or the first word counts. */
  async #followKey({ serverKey, succession = [] }: SpaceInfo): Promise<boolean> {
    const { space, store, verify } = this.#options;
    const pinned = this.serverKey;
    const reached =
      pinned === undefined || pinned === serverKey || (await verifySuccession(space, succession, pinned, verify)) === serverKey;
    if (reached && store.pin.serverKey !== serverKey) await store.change({ serverKey });
    return reached;
  }

  async #checkHistory(info: SpaceInfo): Promise<Result<null, ApiError>> {
    const mark = this.#mark();
    if (mark && info.epoch < mark.epoch) return this.#distrust('shorter history', info.serverKey);
    const common = await this.#common(info, mark);
    if (!common.ok) return 'code' in common.error ? err(common.error) : this.#distrust(common.error.kind, info.serverKey);
    if (!common.value || common.value.place === 0) return ok(null);
    const { place, root } = common.value;
    if (info.place < place) return this.#distrust('shorter history', info.serverKey);
    const head = await this.#options.headAt(place);
    if (!head.ok) return head.error.code === SHORTER ? this.#distrust('shorter history', info.serverKey) : head;
    const signed = await isSignedHead(this.#options.space, head.value, info.serverKey, this.#options.verify);
    if (!signed || head.value.place !== place || head.value.epoch !== info.epoch || head.value.root !== root) {
      return this.#distrust('different history', info.serverKey);
    }
    return ok(null);
  }

  /** The newest moment that this device knows: its own ledger goes further than the head that it remembers, or lost something. */
  #mark(): Mark | undefined {
    const { ledger, store } = this.#options;
    const { head } = store.pin;
    const ahead = !head || head.epoch < ledger.epoch || (head.epoch === ledger.epoch && head.place <= ledger.place);
    return ahead && ledger.place > 0 ? { epoch: ledger.epoch, place: ledger.place, root: ledger.root } : head;
  }

  /** What the server's history must have in common with this device: all that it saw, but for what a restore that was proved cut off. */
  async #common(
    info: SpaceInfo,
    mark: Mark | undefined,
  ): Promise<Result<Mark | undefined, ApiError | { readonly kind: ServerDistrust['kind'] }>> {
    const { ledger, store, space, verify } = this.#options;
    const known = store.pin.restores.at(-1)?.epoch ?? 0;
    if (info.epoch === known || (mark === undefined && info.epoch === 0)) return ok(mark);
    const named = await this.#options.restores();
    if (!named.ok) return named;
    const fresh = named.value.filter(({ epoch }) => epoch > known && epoch <= info.epoch);
    const common = await restoredTo({ space, info, fresh, mark, rootAt: (place) => ledger.rootAt(place as Place), verify });
    if (!common.ok) return err({ kind: common.error });
    await store.change({ restores: [...store.pin.restores, ...fresh], ...(common.value ? { head: common.value } : {}) });
    this.#options.onRestores(store.pin.restores);
    return common;
  }

  #distrust(kind: ServerDistrust['kind'], shownKey: DeviceId): Result<never, ApiError> {
    const mark = this.#mark();
    this.#problem = { kind, shownKey, pinnedKey: this.serverKey ?? shownKey, ...(mark ? { place: mark.place } : {}) };
    return err(DISTRUSTED);
  }

  /**
   * A head came with the catalog. It is remembered once this device holds what it covers and agrees; until then nothing is said, since
   * the ledger may still be on its way.
   */
  hearHead(head: SignedHead): Promise<void> {
    this.#hearing = this.#hearing.then(() => this.#takeHead(head));
    return this.#hearing;
  }

  async #takeHead(head: SignedHead): Promise<void> {
    const { ledger, store } = this.#options;
    const known = store.pin.head;
    if (!this.#passed || head.epoch !== ledger.epoch || head.place > ledger.place) return;
    if (known?.epoch === head.epoch && known.place >= head.place) return;
    const problem = await this.#headProblem(head);
    if (!problem) return this.#remember({ epoch: head.epoch, place: head.place, root: head.root });
    this.#distrust(problem, this.serverKey as DeviceId);
    this.#passed = false;
    this.#refusedAt = this.#options.elapsed();
    this.#verdict = Promise.resolve(err(DISTRUSTED));
    this.#options.onDistrust();
  }

  async #headProblem(head: SignedHead): Promise<ServerDistrust['kind'] | undefined> {
    if (!(await this.#isSigned(head))) return 'another key';
    return this.#options.ledger.rootAt(head.place as Place) === head.root ? undefined : 'different history';
  }

  /** The key may have been replaced while this device was connected. */
  async #isSigned(head: SignedHead): Promise<boolean> {
    const { space, verify, hear } = this.#options;
    const by = (key: DeviceId | undefined) => key !== undefined && isSignedHead(space, head, key, verify);
    if (await by(this.serverKey)) return true;
    const heard = await hear();
    // Who does not answer now has not shown another key yet: the next connection is asked anyway.
    if (!heard.ok) return true;
    return (await this.#followKey(heard.value)) && (await by(this.serverKey));
  }

  /** A disk that is full remembers less: what this start saw still counts in it. */
  #remember(head: Mark): Promise<void> {
    return this.#options.store.change({ head }).catch(() => undefined);
  }

  /** A person decided, against the pin. What the server must have in common with this device stays. */
  async trust(key: DeviceId): Promise<void> {
    await this.#options.store.change({ serverKey: key });
    this.forget();
  }
}

/** The code of the server's answer when it does not have a place. */
const SHORTER = 'shorter history';

const DISTRUSTED: ApiError = {
  code: 'distrusted',
  message: 'This device does not trust the server that answers.',
  wayOut: 'Read at the top of the page what is wrong with it.',
  retry: true,
};
const REPLACED: ApiError = { code: 'offline', message: 'Another register is being opened.', retry: true };
