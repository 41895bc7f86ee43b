import { create } from 'zustand';
import type { IdentityId } from '../../shared/model/ids.ts';
import { awaitLayer } from '../app/heldKeys.ts';

export interface WhyAsked {
  readonly id: IdentityId;
  readonly field: string;
  readonly place: DOMRect | undefined;
}

interface WhyState {
  readonly asked: WhyAsked | undefined;
  readonly show: (asked: WhyAsked) => void;
  readonly hide: () => void;
}

/** Which value is being explained, and where on screen it stands. */
export const useWhy = create<WhyState>((set) => ({
  asked: undefined,
  show: (asked) => {
    awaitLayer();
    set({ asked });
  },
  hide: () => set({ asked: undefined }),
}));
