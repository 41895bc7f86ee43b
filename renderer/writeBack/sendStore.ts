import { create } from 'zustand';
import type { IdentityId } from '../../shared/model/ids.ts';
import type { SendTarget } from '../../shared/register/view.ts';

/** Which field of which identity somebody wants to send where. */
export interface SendWish {
  readonly identity: IdentityId;
  readonly name: string;
  readonly field: string;
  readonly fieldLabel: string;
  readonly target: Pick<SendTarget, 'source' | 'label'> & { readonly externalId?: SendTarget['externalId'] };
}

interface SendState {
  readonly wish: SendWish | undefined;
  readonly ask: (wish: SendWish) => void;
  readonly close: () => void;
}

/** The one dialog that shows what would be sent: from a field, a drift, or a write that has to be planned again. */
export const useSend = create<SendState>((set) => ({
  wish: undefined,
  ask: (wish) => set({ wish }),
  close: () => set({ wish: undefined }),
}));
