import { utf8 } from '../../shared/base/bytes.ts';
import type { HashHex } from '../../shared/base/hash.ts';
import { canonicalJson } from '../../shared/base/json.ts';
import { type Signer, signedMessage } from '../../shared/base/signature.ts';
import { type Instant, type Millis, SECOND, toInstant } from '../../shared/base/time.ts';
import type { SpaceId } from '../../shared/model/ids.ts';
import type { SignedHead } from '../../shared/model/status.ts';
import { encodeSignature } from './keys.ts';

export interface HeadOptions {
  readonly space: SpaceId;
  /** The key in force. */
  readonly signer: () => Signer;
  /** The ledger as far as it is on disk. */
  readonly durable: () => { readonly epoch: number; readonly place: number; readonly root: HashHex };
  readonly publish: (head: SignedHead) => void;
  readonly clock: () => Millis;
}

/** The signed tree head that FORMAT.md and `signedHead` describe. */
export async function signHead(
  signer: Signer,
  space: SpaceId,
  { epoch, place, root }: { readonly epoch: number; readonly place: number; readonly root: HashHex },
  at: Instant,
): Promise<SignedHead> {
  const said = canonicalJson({ space, epoch, place, root, at });
  const signature = await signer.sign(signedMessage('muster/head/1', utf8(said)));
  return { epoch, place, root, at, signature: encodeSignature(signature) };
}

/** Signs the ledger's head after commits, at most once a second: each head costs a struct in every replica's catalog. */
export class HeadSigner {
  private readonly options: HeadOptions;
  private timer: NodeJS.Timeout | undefined;
  private signed: string | undefined;

  constructor(options: HeadOptions) {
    this.options = options;
  }

  soon(): void {
    if (this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.signNow();
    }, SECOND);
    this.timer.unref();
  }

  async signNow(): Promise<void> {
    const { durable, signer, space, clock, publish } = this.options;
    const head = durable();
    if (head.place === 0 || this.signed === head.root) return;
    this.signed = head.root;
    const key = signer();
    const signed = await signHead(key, space, head, toInstant(clock()));
    // Another key took over meanwhile: what the old one signed must not stand beside the new one's name.
    if (signer() === key) publish(signed);
    else this.signed = undefined;
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}
