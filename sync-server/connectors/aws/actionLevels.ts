import type { AccessLevel } from '../../../shared/model/vocabulary.ts';
import { covers, type GlobSet, mayMeet } from './globs.ts';

/** Actions that hand over a secret (DOMAIN E). `ssm:GetParameter*` returns SecureStrings in clear text. All in lower case, as they are compared. */
const SECRETS: readonly string[] = [
  'secretsmanager:getsecretvalue',
  'secretsmanager:batchgetsecretvalue',
  'kms:decrypt',
  'ssm:getparameter',
  'ssm:getparameters',
  'ssm:getparametersbypath',
  'ssm:getparameterhistory',
  'ec2:getpassworddata',
  'lightsail:getinstanceaccessdetails',
  'lightsail:downloaddefaultkeypair',
  'redshift:getclustercredentials',
  'redshift:getclustercredentialswithiam',
  'redshift-serverless:getcredentials',
  'cognito-idp:describeuserpoolclient',
];

const of = (service: string, names: string): readonly string[] => names.split(' ').map((name) => `${service}:${name}`);

/** Actions by which a principal can gain rights, or give them to others. */
const GRANT: readonly string[] = [
  ...of('iam', 'passrole createaccesskey updateaccesskey createloginprofile updateloginprofile attachuserpolicy attachgrouppolicy'),
  ...of('iam', 'attachrolepolicy putuserpolicy putgrouppolicy putrolepolicy createpolicyversion setdefaultpolicyversion addusertogroup'),
  ...of('iam', 'updateassumerolepolicy putuserpermissionsboundary putrolepermissionsboundary deleteuserpermissionsboundary'),
  ...of('iam', 'deleterolepermissionsboundary detachuserpolicy detachgrouppolicy detachrolepolicy deleteuserpolicy deletegrouppolicy'),
  ...of(
    'iam',
    'deleterolepolicy createservicespecificcredential resetservicespecificcredential uploadsigningcertificate uploadsshpublickey',
  ),
  ...of('iam', 'createopenidconnectprovider updateopenidconnectproviderthumbprint addclientidtoopenidconnectprovider createsamlprovider'),
  ...of('iam', 'updatesamlprovider deactivatemfadevice'),
  ...of('sts', 'assumerole assumerolewithsaml assumerolewithwebidentity assumeroot getfederationtoken'),
  ...of('kms', 'putkeypolicy creategrant'),
  ...of('s3', 'putbucketpolicy deletebucketpolicy putbucketacl putobjectacl putobjectversionacl putaccesspointpolicy'),
  ...of('s3', 'putbucketpublicaccessblock putaccountpublicaccessblock bypassgovernanceretention'),
  ...of('lambda', 'addpermission removepermission addlayerversionpermission'),
  ...of('sns', 'addpermission removepermission'),
  ...of('sqs', 'addpermission removepermission'),
  ...of('ecr', 'setrepositorypolicy deleterepositorypolicy putregistrypolicy'),
  ...of('secretsmanager', 'putresourcepolicy deleteresourcepolicy'),
  ...of('organizations', 'attachpolicy detachpolicy updatepolicy deletepolicy disablepolicytype leaveorganization'),
  ...of('sso', 'createaccountassignment putinlinepolicytopermissionset attachmanagedpolicytopermissionset'),
  ...of('sso', 'attachcustomermanagedpolicyreferencetopermissionset putpermissionsboundarytopermissionset'),
  ...of('identitystore', 'creategroupmembership'),
  ...of('eks', 'createaccessentry updateaccessentry associateaccesspolicy'),
  ...of('ram', 'createresourceshare associateresourceshare'),
  ...of('rolesanywhere', 'createtrustanchor updatetrustanchor createprofile updateprofile'),
  ...of('lakeformation', 'grantpermissions batchgrantpermissions putdatalakesettings'),
  ...of('glue', 'putresourcepolicy'),
  ...of('codeartifact', 'putdomainpermissionspolicy putrepositorypermissionspolicy'),
];

/** Actions that run what somebody else chose: code, a shell, a model. */
const RUN: readonly string[] = [
  ...of('lambda', 'invokefunction invokeasync invokefunctionurl'),
  ...of('ssm', 'sendcommand startsession resumesession startautomationexecution'),
  ...of('ecs', 'runtask starttask executecommand'),
  ...of('states', 'startexecution startsyncexecution'),
  ...of('codebuild', 'startbuild startbuildbatch'),
  ...of('codepipeline', 'startpipelineexecution'),
  ...of('batch', 'submitjob'),
  ...of('glue', 'startjobrun runstatement'),
  ...of('sagemaker', 'invokeendpoint invokeendpointasync'),
  ...of('bedrock', 'invokemodel invokemodelwithresponsestream invokeagent invokeflow'),
  ...of('execute-api', 'invoke manageconnections'),
  ...of('rds-data', 'executestatement batchexecutestatement'),
  ...of('redshift-data', 'executestatement batchexecutestatement'),
  ...of('ec2-instance-connect', 'sendsshpublickey sendserialconsolesshpublickey opentunnel'),
  ...of('elasticmapreduce', 'addjobflowsteps'),
  ...of('emr-serverless', 'startjobrun'),
];

const TOLD: readonly (readonly [AccessLevel, readonly string[]])[] = [
  ['run', RUN],
  ['secrets', SECRETS],
  ['grant', GRANT],
];
const BY_ACTION: ReadonlyMap<string, AccessLevel> = new Map(TOLD.flatMap(([level, names]) => names.map((name) => [name, level] as const)));

/** Names of actions that look and change nothing begin with one of these. */
const READS = (
  'get list describe batchget batchdescribe search select query scan read view lookup head check preview filter discover estimate ' +
  'simulate detect download decode verify validate test count summarize generatecredentialreport generateservicelastaccesseddetails'
).split(' ');

/** Beside what is told above, an action reads or writes by its name. A pattern may be both. */
function verbLevels(name: string): readonly AccessLevel[] {
  const start = /^[^*?]*/.exec(name)?.[0] ?? '';
  if (READS.some((verb) => start.startsWith(verb))) return ['read'];
  const isOpen = start !== name;
  return isOpen && READS.some((verb) => verb.startsWith(start)) ? ['read', 'write'] : ['write'];
}

/** @param pattern `service:action` in lower case, perhaps with wildcards; `*` is every action. */
export function levelsOf(pattern: string): ReadonlySet<AccessLevel> {
  const told = BY_ACTION.get(pattern);
  if (told !== undefined) return new Set([told]);
  const isOpen = pattern.includes('*') || pattern.includes('?');
  const levels = new Set<AccessLevel>();
  if (isOpen) for (const [action, level] of BY_ACTION) if (mayMeet(pattern, action)) levels.add(level);
  const at = pattern.indexOf(':');
  for (const level of verbLevels(at < 0 ? '*' : pattern.slice(at + 1))) levels.add(level);
  return levels;
}

/** Levels of every action but these. */
export function levelsOfAllBut(patterns: readonly string[]): ReadonlySet<AccessLevel> {
  const levels = new Set<AccessLevel>(['read', 'write']);
  for (const [action, level] of BY_ACTION)
    if (!levels.has(level) && !patterns.some((pattern) => covers(pattern, action))) levels.add(level);
  return levels;
}

/** Levels of several patterns; each pattern is worked out once for as long as one account is read. */
export class ActionLevels {
  readonly #known = new Map<string, ReadonlySet<AccessLevel>>();

  of({ not, patterns }: GlobSet): ReadonlySet<AccessLevel> {
    if (not) return levelsOfAllBut(patterns);
    const levels = new Set<AccessLevel>();
    for (const pattern of patterns) for (const level of this.#one(pattern)) levels.add(level);
    return levels;
  }

  #one(pattern: string): ReadonlySet<AccessLevel> {
    const known = this.#known.get(pattern);
    if (known) return known;
    const levels = levelsOf(pattern);
    if (this.#known.size < MOST_KNOWN) this.#known.set(pattern, levels);
    return levels;
  }
}

const MOST_KNOWN = 20_000;
