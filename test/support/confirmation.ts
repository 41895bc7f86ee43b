import type { Signer } from '../../shared/base/signature.ts';
import { confirmationToken } from '../../shared/ledger/enrolmentProof.ts';
import type { ActOf } from '../../shared/model/act.ts';
import type { SpaceId } from '../../shared/model/ids.ts';
import { deviceRequestReply, type WaitingDevice, waitingDevice } from '../../shared/wire/team.ts';
import { newSigner, post, signText, TestDevice } from './testClient.ts';

/** What a device signs that has no token. */
export const confirmationProof = (space: SpaceId, signer: Signer): Promise<string> =>
  signText(signer, 'muster/enrol/1', { space, device: signer.publicKey, token: confirmationToken(signer.publicKey) });

/** A new device asks to be confirmed. @returns the code that it shows. */
export async function askForConfirmation(address: string, space: SpaceId, signer: Signer, label = 'new device'): Promise<string> {
  const proof = await confirmationProof(space, signer);
  const reply = await post(`${address}/api/devices/requests`, { device: signer.publicKey, label, proof });
  if (reply.status !== 201) throw new Error(`request ${reply.status} ${JSON.stringify(reply.body)}`);
  return deviceRequestReply.parse(reply.body).code;
}

/** The act with which `by` confirms a waiting device, as a device of its own person or of another. */
export function confirmation(by: TestDevice, waiting: WaitingDevice, person = by.person): ActOf<'enrol'> {
  const view = by.ledger.persons().get(person);
  if (!view) throw new Error('the person is not here');
  const { device, label, proof } = waiting;
  const { name: personName, role, remit } = view;
  return { kind: 'enrol', device, person, personName, label, role, remit, via: { confirmed: true }, proof, previous: null };
}

/** A second device of somebody, confirmed by their first one. */
export async function confirmedDevice(by: TestDevice, signer?: Signer): Promise<TestDevice> {
  const key = signer ?? (await newSigner());
  const code = await askForConfirmation(by.address, by.space, key);
  const { body } = await by.request('GET', `/api/devices/requests/${code}`);
  const [placed] = await by.commit([confirmation(by, waitingDevice.parse(body))]);
  if (placed?.receipt.void) throw new Error(`not confirmed: ${Object.values(placed.receipt.void)}`);
  return TestDevice.known(by.address, by.space, key, by.person);
}
