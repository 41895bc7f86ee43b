import type { IdentityId } from '../../shared/model/ids.ts';
import { useEditing } from '../editing/useEditing.ts';
import { useWhy } from '../register/whyStore.ts';
import { useKeys } from './keys.ts';
import { useNavigation } from './navigation.ts';

/** The register lies hidden behind the page and has owners too: only the one that can be seen counts. */
function ownerPlace(): DOMRect | undefined {
  const owners = [...document.querySelectorAll('main [data-field="owner"]')];
  return owners.find((element) => element.checkVisibility())?.getBoundingClientRect();
}

/** On an identity's page `o`, `e` and `i` mean its owner, the first field, unless a field has the focus: that one answers by itself. */
export function usePageKeys(): void {
  const page = useNavigation((place) => (place.screen === 'register' ? place.page : undefined));
  const { pickOwner, editField } = useEditing();
  const id = page as IdentityId | undefined;
  useKeys(
    {
      o: () => id !== undefined && void pickOwner([id], ownerPlace()),
      e: () => id !== undefined && void editField([id], 'owner', ownerPlace()),
      i: () => id !== undefined && useWhy.getState().show({ id, field: 'owner', place: ownerPlace() }),
    },
    id !== undefined,
  );
}
