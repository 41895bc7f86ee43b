import type { EditPreview } from '../../shared/register/view.ts';

const LEAST: EditPreview = { acts: [], records: 0, unchanged: 0, conflictsSettled: 0, drift: 0, refused: [], examples: [] };

/** Several changes of the same records, signed together, shown as one. */
export function mergePreviews(previews: readonly EditPreview[]): EditPreview {
  const first = previews[0] ?? LEAST;
  const most = (read: (preview: EditPreview) => number): number => Math.max(0, ...previews.map(read));
  return {
    ...first,
    acts: previews.flatMap((preview) => preview.acts),
    records: most((preview) => preview.records),
    unchanged: previews.length === 0 ? 0 : Math.min(...previews.map((preview) => preview.unchanged)),
    conflictsSettled: most((preview) => preview.conflictsSettled),
    drift: most((preview) => preview.drift),
  };
}

/** One identity and nothing that needs a second look: signed at once. */
export const needsReview = (preview: EditPreview, asked: number): boolean => asked > 1 || preview.refused.length > 0;
