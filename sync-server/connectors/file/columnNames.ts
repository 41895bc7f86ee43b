import { MAPPABLE, type Mappable, PARTY_ONLY } from '../../../shared/wire/sheetColumns.ts';

const PARTY: readonly Mappable[] = ['externalId', 'name', 'kind', 'team', 'notes', 'asOf', ...PARTY_ONLY];

/** How people head such columns, in English and German; compared as words, so case and punctuation do not matter. */
const NAMES: Record<Mappable, string> = {
  externalId:
    'id,external id,externalid,record id,unique id,uid,object id,sys id,account id,nhi id,asset id,ci id,inventory id,kennung,eindeutige id',
  name: 'name,account name,account,nhi,nhi name,identity,identity name,service account,service account name,user name,username,login,login name,sam account name,samaccountname,principal,principal name,display name,technical user,technical account,system user,functional account,robot account,client name,key name,credential name,kontoname,konto,benutzer,benutzername,technischer benutzer,technischer user,dienstkonto,servicekonto,bezeichnung,anmeldename',
  system:
    'system,source system,platform,target system,host,server,directory,realm,tenant,cloud account,aws account,subscription,project,database,cluster,system name,provider,zielsystem,quellsystem,plattform,mandant,verzeichnis,systemname',
  kind: 'type,kind,account type,identity type,nhi type,category,class,credential type,typ,art,kontotyp,kontoart,kategorie',
  owner:
    'owner,account owner,accountable,accountable owner,responsible,responsible person,business owner,service owner,owned by,owner name,owner email,owner e mail,contact owner,owner team,accountable person,verantwortlich,verantwortlicher,verantwortliche,verantwortliche person,eigentumer,eigentuemer,besitzer,inhaber,kontoverantwortlicher,zustandig,zustaendig,ansprechpartner',
  team: 'team,owning team,team name,department,dept,group,business unit,org unit,organisation unit,squad,abteilung,gruppe,bereich,fachbereich,organisationseinheit',
  technicalContact:
    'technical contact,tech contact,contact,technical owner,tech owner,it owner,administrator,admin contact,custodian,technischer ansprechpartner,technischer kontakt,kontakt,technischer verantwortlicher',
  backup: 'backup,backup owner,secondary owner,deputy,delegate,second contact,stellvertreter,vertreter,vertretung',
  purpose:
    'purpose,business purpose,reason,use,usage,used for,justification,business justification,function,use case,zweck,verwendungszweck,verwendung,begrundung,einsatzzweck',
  application:
    'application,app,application name,app name,service,business service,product,workload,anwendung,applikation,dienst,produkt,fachverfahren,verfahren',
  environment: 'environment,env,stage,landscape,tier,deployment environment,umgebung,stufe,systemumgebung,landschaft',
  neededUntil: 'needed until,valid to business,end date,sunset,decommission date,retire on,review until,benotigt bis,enddatum,ende',
  requestedBy: 'requested by,requester,requestor,ordered by,beantragt von,antragsteller,angefordert von',
  approvedBy: 'approved by,approver,genehmigt von,genehmiger,freigegeben von',
  ticket:
    'ticket,ticket id,ticket number,change,change number,request,request number,request id,incident,jira,snow,ritm,antrag,antragsnummer,ticketnummer,auftrag',
  issuedFor: 'issued for,consumer,used by system,client,integration,ausgestellt fur,verbraucher,schnittstelle',
  criticality: 'criticality,critical,risk,risk level,importance,priority,severity,kritikalitat,wichtigkeit,risiko,prioritat,schutzbedarf',
  classification: 'classification,data classification,sensitivity,confidentiality,klassifizierung,datenklassifizierung,vertraulichkeit',
  vendor: 'vendor,supplier,third party,vendor name,manufacturer,partner,hersteller,lieferant,dienstleister,anbieter',
  contractEnd: 'contract end,contract ends,contract until,vertragsende,vertrag bis',
  usedBy: 'used by,machine or person,interactive,usage type,genutzt von,verwendet von',
  tags: 'tags,tag,labels,label,keywords,schlagworte,schlagworter,stichworte',
  status: 'status,state,enabled,account status,account state,disabled,zustand,aktiv,kontostatus',
  created:
    'created,created on,created at,creation date,create date,date created,whencreated,when created,issued,issued on,erstellt,erstellt am,angelegt,angelegt am,erstelldatum,anlagedatum',
  expires:
    'expires,expires on,expires at,expiry,expiry date,expiration,expiration date,valid until,valid to,not after,gultig bis,ablauf,ablaufdatum,lauft ab,ablauf am',
  rotated:
    'rotated,last rotated,last rotation,password changed,password last set,pwdlastset,pwd last set,last changed,key rotated,last password change,letzte rotation,passwort geandert,rotiert,rotiert am',
  lastUsed:
    'last used,last use,last login,last logon,lastlogon,last logon date,last activity,last seen,last access,last accessed,last sign in,zuletzt verwendet,zuletzt genutzt,letzte anmeldung,letzter login,letzte nutzung',
  notes:
    'notes,note,comment,comments,remark,remarks,description,details,info,bemerkung,bemerkungen,anmerkung,anmerkungen,kommentar,beschreibung,notiz,notizen',
  asOf: 'as of,as of date,asof,reviewed,reviewed on,last reviewed,review date,last review,verified on,last verified,checked on,stand,geprueft am,gepruft am,letzte prufung,letzte uberprufung,datenstand',
  email: 'email,e mail,mail,email address,e mail address,mailadresse,e mail adresse',
  manager: 'manager,reports to,line manager,supervisor,vorgesetzter,vorgesetzte,fuhrungskraft',
  active: 'active,is active,employed,employment status,enabled,aktiv,beschaftigt',
  leftOn: 'left on,left,leave date,termination date,last day,exit date,end date,austritt,austrittsdatum,letzter tag',
  aliases: 'aliases,alias,also known as,aka,other names,nicknames,weitere namen',
};

const spelled = new Map<Mappable, readonly string[]>(MAPPABLE.map((field) => [field, NAMES[field].split(',')]));
const PARTY_NAMES: readonly string[] = [
  'person',
  'full name',
  'employee',
  'employee name',
  'team',
  'vendor',
  'mitarbeiter',
  'vollstandiger name',
];

/** Fields that a list of this type may have, each with the spellings of its column, most telling first. */
export function namesFor(type: 'identity' | 'party'): ReadonlyMap<Mappable, readonly string[]> {
  if (type === 'identity') return new Map([...spelled].filter(([field]) => !PARTY_ONLY.includes(field)));
  const names = PARTY.map((field): [Mappable, readonly string[]] => [field, spelled.get(field) ?? []]);
  return new Map(names.map(([field, list]) => [field, field === 'name' ? [...list, ...PARTY_NAMES] : list]));
}
