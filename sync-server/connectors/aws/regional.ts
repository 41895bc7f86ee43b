import {
  type CertificateDetail,
  type CertificateSummary,
  DescribeCertificateCommand,
  GetCertificateCommand,
  KeyAlgorithm,
  ListCertificatesCommand,
} from '@aws-sdk/client-acm';
import {
  DescribeSecretCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  type SecretListEntry,
} from '@aws-sdk/client-secrets-manager';
import { ok, type Result } from '../../../shared/base/result.ts';
import type { CoverageId, ExternalId } from '../../../shared/model/ids.ts';
import type { Observation, ObservedLink } from '../../../shared/model/record.ts';
import type { ConnectorProblem } from '../../../shared/model/status.ts';
import { type Certificate, parseCertificate } from '../certificate.ts';
import { type Budget, eachOf } from './budget.ts';
import { type Account, boundaryOf, type Session } from './session.ts';
import type { AwsSettings } from './settings.ts';
import { given, instantOf, tagFields } from './toObservations.ts';

export const secretsCoverage = (region: string): CoverageId => `secretsmanager/${region}` as CoverageId;
export const certificatesCoverage = (region: string): CoverageId => `acm/${region}` as CoverageId;

const MOST_PAGES = 20_000;

/** A secret's metadata. Its value is never asked for: no right to read it is among those that Muster needs. */
export interface SecretRead {
  readonly secret: SecretListEntry;
  /** When the value that is current was put there; null: it has none yet; undefined: not read. */
  readonly changed: Date | null | undefined;
}

const currentVersionOf = ({ SecretVersionsToStages: versions = {} }: SecretListEntry): string | undefined =>
  Object.entries(versions).find(([, stages]) => stages.includes('AWSCURRENT'))?.[0];

export async function listSecrets(session: Session, region: string, budget: Budget): Promise<Result<SecretRead[], ConnectorProblem>> {
  const client = session.secretsManager(region);
  const secrets: SecretListEntry[] = [];
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const input = { MaxResults: 100, IncludePlannedDeletion: true, ...(token === undefined ? {} : { NextToken: token }) };
    const said = await session.asked({ action: 'secretsmanager:ListSecrets', on: '*' }, (options) =>
      client.send(new ListSecretsCommand(input), options),
    );
    if (!said.ok) return said;
    secrets.push(...(said.value?.SecretList ?? []));
    token = said.value?.NextToken;
    if (token === undefined) break;
  }
  const read: SecretRead[] = secrets.map((secret) => ({ secret, changed: undefined }));
  await eachOf(
    [...read.keys()],
    async (index) => {
      const secret = read[index]?.secret;
      if (secret !== undefined) read[index] = { secret, changed: await currentSince(session, region, secret, budget) };
    },
    () => budget.ended !== undefined,
  );
  return ok(read);
}

/** The date of the current version says when the value was changed; `LastChangedDate` also moves when a tag does. */
async function currentSince(session: Session, region: string, secret: SecretListEntry, budget: Budget): Promise<SecretRead['changed']> {
  const current = currentVersionOf(secret);
  if (current === undefined) return null;
  const action = 'secretsmanager:ListSecretVersionIds';
  if (!budget.take(action)) return undefined;
  const client = session.secretsManager(region);
  const said = await session.asked({ action, on: secret.ARN ?? '*' }, (options) =>
    client.send(new ListSecretVersionIdsCommand({ SecretId: secret.ARN, MaxResults: 100 }), options),
  );
  if (!said.ok) {
    budget.failed(action, said.error);
    return undefined;
  }
  budget.answered(action);
  return said.value?.Versions?.find(({ VersionId }) => VersionId === current)?.CreatedDate;
}

/** @returns undefined when there is no such secret. */
export async function readSecret(
  session: Session,
  region: string,
  arn: string,
  budget: Budget,
): Promise<Result<SecretRead | undefined, ConnectorProblem>> {
  const client = session.secretsManager(region);
  const said = await session.asked({ action: 'secretsmanager:DescribeSecret', on: arn }, (options) =>
    client.send(new DescribeSecretCommand({ SecretId: arn }), options),
  );
  if (!said.ok || said.value === undefined) return said.ok ? ok(undefined) : said;
  const { VersionIdsToStages, $metadata: _sent, ...described } = said.value;
  const secret: SecretListEntry = {
    ...described,
    ...(VersionIdsToStages === undefined ? {} : { SecretVersionsToStages: VersionIdsToStages }),
  };
  return ok({ secret, changed: await currentSince(session, region, secret, budget) });
}

/** Two moments of one creation differ by less than this, in milliseconds. */
const SAME = 60_000;

export function secretToObservation({ secret, changed }: SecretRead, region: string, account: Account, settings: AwsSettings): Observation {
  const { ARN: arn = '', Name: name = '' } = secret;
  const version = currentVersionOf(secret);
  const born = secret.CreatedDate?.getTime() ?? 0;
  const rotated =
    changed === undefined ? secret.LastRotatedDate : changed === null || changed.getTime() - born < SAME ? undefined : changed;
  return {
    type: 'credential',
    kind: 'secret',
    subtype: 'aws.secret',
    externalId: arn as ExternalId,
    coverage: secretsCoverage(region),
    // The ARN ends in six characters that no other secret gets; with the version it names one value (DOMAIN C).
    keys: version === undefined ? [] : [`aws:secret/${arn}/${version}`],
    aliases: [arn, name].filter((alias) => alias !== ''),
    fields: {
      name,
      status: secret.DeletedDate === undefined ? 'enabled' : 'disabled',
      boundary: boundaryOf(account),
      location: region,
      ...given('created', instantOf(secret.CreatedDate)),
      ...given('rotated', instantOf(rotated)),
      ...given('changed', instantOf(secret.LastChangedDate)),
      rotation: secret.RotationEnabled === true,
      ...(secret.RotationEnabled === true ? given('nextRotation', instantOf(secret.NextRotationDate)) : {}),
      ...given('lastUsed', instantOf(secret.LastAccessedDate)),
      ...given(
        'description',
        secret.Description === undefined || secret.Description === '' ? undefined : secret.Description.toWellFormed().slice(0, 4_096),
      ),
      ...tagFields(secret.Tags, settings),
    },
    links: secret.OwningService === undefined ? [] : [{ relation: 'created-by', to: { alias: secret.OwningService }, certainty: 'exact' }],
    ...(changed === undefined ? { unread: ['rotated'] } : {}),
  };
}

export interface CertificateRead {
  readonly summary: CertificateSummary;
  /** Undefined: not read. */
  readonly detail: CertificateDetail | undefined;
  readonly certificate: Certificate | undefined;
}

/** Without this the list holds RSA of 1,024 and 2,048 bits alone (ACM, "ListCertificates"). */
const ALL_KEYS = Object.values(KeyAlgorithm);
/** Others are requests that never became a certificate. */
const ISSUED = new Set(['ISSUED', 'EXPIRED', 'REVOKED', 'INACTIVE']);

export async function listCertificates(
  session: Session,
  region: string,
  budget: Budget,
): Promise<Result<CertificateRead[], ConnectorProblem>> {
  const client = session.acm(region);
  const summaries: CertificateSummary[] = [];
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const input = { MaxItems: 1_000, Includes: { keyTypes: ALL_KEYS }, ...(token === undefined ? {} : { NextToken: token }) };
    const said = await session.asked({ action: 'acm:ListCertificates', on: '*' }, (options) =>
      client.send(new ListCertificatesCommand(input), options),
    );
    if (!said.ok) return said;
    summaries.push(...(said.value?.CertificateSummaryList ?? []));
    token = said.value?.NextToken;
    if (token === undefined) break;
  }
  const read: CertificateRead[] = summaries
    .filter(({ Status }) => Status === undefined || ISSUED.has(Status))
    .map((summary) => ({ summary, detail: undefined, certificate: undefined }));
  await eachOf(
    [...read.keys()],
    async (index) => {
      const summary = read[index]?.summary;
      const whole = summary && (await wholeCertificate(session, region, summary.CertificateArn ?? '', budget));
      if (summary && whole) read[index] = { summary, ...whole };
    },
    () => budget.ended !== undefined,
  );
  return ok(read.filter(({ detail }) => detail?.Status === undefined || ISSUED.has(detail.Status)));
}

/** Its description, and the certificate itself, which is public: the private key is not asked for. */
async function wholeCertificate(session: Session, region: string, arn: string, budget: Budget): Promise<Omit<CertificateRead, 'summary'>> {
  const client = session.acm(region);
  const ask = async <T>(action: string, send: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T | undefined> => {
    if (!budget.take(action)) return undefined;
    const said = await session.asked({ action, on: arn }, send);
    if (said.ok) budget.answered(action);
    else budget.failed(action, said.error);
    return said.ok ? said.value : undefined;
  };
  const described = await ask('acm:DescribeCertificate', (options) =>
    client.send(new DescribeCertificateCommand({ CertificateArn: arn }), options),
  );
  const isThere = described?.Certificate !== undefined && ISSUED.has(described.Certificate.Status ?? '');
  const body = isThere
    ? await ask('acm:GetCertificate', (options) => client.send(new GetCertificateCommand({ CertificateArn: arn }), options))
    : undefined;
  return { detail: described?.Certificate, certificate: body?.Certificate === undefined ? undefined : parseCertificate(body.Certificate) };
}

/** @returns undefined when there is no such certificate. */
export async function readCertificate(session: Session, region: string, arn: string, budget: Budget): Promise<CertificateRead | undefined> {
  const whole = await wholeCertificate(session, region, arn, budget);
  return whole.detail === undefined || !ISSUED.has(whole.detail.Status ?? '') ? undefined : { summary: { CertificateArn: arn }, ...whole };
}

const STATUS: Readonly<Record<string, string>> = { ISSUED: 'enabled', EXPIRED: 'expired' };

export function certificateToObservation({ summary, detail, certificate }: CertificateRead, region: string, account: Account): Observation {
  const arn = summary.CertificateArn ?? '';
  const said = { ...summary, ...detail };
  const name = said.DomainName ?? certificate?.subject ?? arn;
  const names = certificate?.dnsNames ?? detail?.SubjectAlternativeNames ?? [];
  const issuer = certificate?.issuer ?? detail?.Issuer;
  const uses = (detail?.InUseBy ?? []).map((by): ObservedLink => ({ relation: 'presented-at', to: { alias: by }, certainty: 'exact' }));
  const issuedBy: ObservedLink[] =
    issuer === undefined || issuer === '' ? [] : [{ relation: 'issued-by', to: { alias: issuer }, certainty: 'exact' }];
  return {
    type: 'credential',
    kind: 'certificate',
    subtype: 'aws.acm-certificate',
    externalId: arn as ExternalId,
    coverage: certificatesCoverage(region),
    keys: certificate === undefined ? [] : [`x509:${certificate.issuerHash}/${certificate.serial}`],
    aliases: [...new Set([arn, name, ...names])].slice(0, 60),
    fields: {
      name,
      status: STATUS[said.Status ?? 'ISSUED'] ?? 'disabled',
      boundary: boundaryOf(account),
      location: region,
      ...given('created', certificate?.notBefore ?? instantOf(said.NotBefore)),
      ...given('expires', certificate?.notAfter ?? instantOf(said.NotAfter)),
      ...given('algorithm', certificate?.algorithm ?? said.KeyAlgorithm),
      ...given('issuer', issuer),
      ...given('serial', certificate?.serial ?? detail?.Serial?.replaceAll(':', '').toLowerCase()),
      ...(certificate === undefined ? {} : { fingerprint: `spki:sha256:${certificate.spki}` }),
    },
    ...(detail === undefined ? {} : { links: [...uses.slice(0, 1_000), ...issuedBy] }),
    ...unreadOf(detail, certificate),
  };
}

function unreadOf(detail: CertificateDetail | undefined, certificate: Certificate | undefined): Pick<Observation, 'unread'> {
  const unread = [...(detail === undefined ? ['links', 'issuer', 'serial'] : []), ...(certificate === undefined ? ['fingerprint'] : [])];
  return unread.length > 0 ? { unread } : {};
}
