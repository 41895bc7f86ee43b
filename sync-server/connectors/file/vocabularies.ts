import type { Environment, IdentityKind, PartyKind } from '../../../shared/model/vocabulary.ts';
import { plainWords } from './spelling.ts';

const words = (text: string): string => plainWords(text).join(' ');
const lookup = <T extends string>(table: Readonly<Record<string, string>>): ReadonlyMap<string, T> =>
  new Map(Object.entries(table).flatMap(([value, names]) => names.split(',').map((name): [string, T] => [name, value as T])));

const ENVIRONMENTS = lookup<Environment>({
  production: 'production,prod,prd,p,live,produktion,produktiv,produktivumgebung',
  staging:
    'staging,stage,stg,pre production,preproduction,pre prod,preprod,uat,acceptance,acc,abnahme,vorproduktion,integration,int,qa,quality assurance',
  test: 'test,testing,tst,t,testumgebung,system test,sit',
  development: 'development,dev,d,develop,entwicklung,entw,developer',
  sandbox: 'sandbox,sbx,playground,poc,lab,demo,spielwiese',
  'disaster recovery': 'disaster recovery,dr,failover,standby,notfall,k fall',
  'shared platform': 'shared,shared platform,platform,common,central,all,alle,global,shared services,zentral',
  workstation: 'workstation,laptop,desktop,local,arbeitsplatz,lokal',
});
/** @returns undefined for a word that is no environment: a name pattern may only suggest (DOMAIN D). */
export const environmentOf = (text: string): Environment | undefined => ENVIRONMENTS.get(words(text));

const CRITICALITY = lookup<'critical' | 'high' | 'medium' | 'low'>({
  critical: 'critical,very high,1,p1,tier 1,tier 0,kritisch,sehr hoch,mission critical,business critical',
  high: 'high,2,p2,tier 2,hoch',
  medium: 'medium,moderate,normal,3,p3,tier 3,mittel',
  low: 'low,minor,4,p4,tier 4,niedrig,gering',
});
export const criticalityOf = (text: string) => CRITICALITY.get(words(text));

const STATUS = lookup<'enabled' | 'disabled' | 'expired'>({
  enabled: 'enabled,active,aktiv,yes,ja,true,on,in use,live,1',
  disabled: 'disabled,inactive,inaktiv,no,nein,false,off,deactivated,deaktiviert,locked,gesperrt,blocked,0,suspended',
  expired: 'expired,abgelaufen,lapsed',
});
export const statusOf = (text: string) => STATUS.get(words(text));

const USED_BY = lookup<'machine' | 'person' | 'both' | 'unknown'>({
  machine: 'machine,service,non interactive,system,maschine,automated,no',
  person: 'person,human,interactive,mensch,benutzer,user,yes',
  both: 'both,beide,mixed',
});
export const usedByOf = (text: string) => USED_BY.get(words(text));

const KINDS = lookup<IdentityKind>({
  'service account':
    'service account,service,svc,serviceaccount,functional account,functional,technical user,technical account,system account,system user,service user,database user,db user,db account,ad account,gmsa,technischer benutzer,technischer user,dienstkonto,servicekonto,funktionskonto,iam user',
  'assumable role': 'role,iam role,assumable role,managed identity,approle,rolle',
  application:
    'application,app,oauth client,oauth app,oauth,client,service principal,app registration,oidc client,github app,integration,anwendung',
  'workload identity': 'workload identity,workload,spiffe,federated,oidc subject',
  automation: 'automation,bot,robot,rpa,pipeline,ci,ci cd,cicd,ci job,runner,job,scheduled job,batch,cron,automatisierung',
  agent: 'agent,ai agent,ai,llm agent,assistant,copilot,mcp,ki agent',
  host: 'host,server,machine,machine account,computer,device,rechner',
});
export const identityKindOf = (text: string): IdentityKind => KINDS.get(words(text)) ?? 'unknown';

const PARTY_KINDS = lookup<PartyKind>({
  person: 'person,people,user,employee,human,mitarbeiter,benutzer',
  team: 'team,group,department,squad,gruppe,abteilung',
  vendor: 'vendor,supplier,third party,company,lieferant,firma,dienstleister',
});
export const partyKindOf = (text: string): PartyKind | undefined => PARTY_KINDS.get(words(text));

/** @returns undefined when the text says neither. */
export function yesOrNo(text: string): boolean | undefined {
  const status = statusOf(text);
  if (status === 'enabled') return true;
  if (status === 'disabled') return false;
  return ['left', 'gone', 'terminated', 'ausgetreten'].includes(words(text)) ? false : undefined;
}
