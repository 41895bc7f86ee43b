import { describe, expect, it } from 'vitest';
import { whyNotTakeIn } from '../../../renderer/transfer/whyNotTakeIn.ts';

describe('taking in a copy', () => {
  it('[TRF2] who may edit a part of the register alone is told so before', () => {
    expect(whyNotTakeIn({ remit: 'true' })).toBeUndefined();
    expect(whyNotTakeIn({ remit: '' })).toBeUndefined();
    expect(whyNotTakeIn({ remit: 'row.name == "svc-001"' })).toMatch(/bounded by a condition/);
  });
});
