import type { SourceKind } from './kinds.ts';

const REGION = /^[a-z]{2,5}(-[a-z]+)+-\d{1,2}$/;
const KEY_ID = /^[A-Z0-9]{16,128}$/;
const ROLE = /^arn:[a-z0-9-]+:iam::\d{12}:role\/.+$/;
const PATH = /^\/(.*\/)?$/;

const matching =
  (pattern: RegExp, problem: string) =>
  (value: string): string | undefined =>
    pattern.test(value) ? undefined : problem;
const pathProblem = matching(PATH, 'A path of IAM begins and ends with /, as in /service/');
const filled = (text: string | undefined): boolean => (text ?? '').trim() !== '';

export const AWS_KIND: SourceKind = {
  kind: 'aws',
  title: 'AWS',
  what: 'Users, roles, access keys and what policies allow, who may assume a role; secrets without their values, certificates.',
  fields: [
    {
      name: 'regions',
      label: 'Regions',
      hint: 'One a line: where secrets and certificates are looked for. IAM is one for the whole account',
      type: 'lines',
      placeholder: 'eu-west-1',
      required: true,
      check: (value) => (REGION.test(value) ? undefined : `"${value.slice(0, 60)}" is not the name of a region, as in eu-west-1`),
    },
    {
      name: 'accessKeyId',
      label: 'Access key id',
      hint: 'Empty: what AWS gives the computer that runs the server',
      type: 'text',
      placeholder: 'AKIA…',
      check: matching(KEY_ID, 'An access key id has capital letters and digits only'),
    },
    { name: 'secretAccessKey', label: 'Secret access key', hint: 'Where the server reads it. It is never typed here.', type: 'secret' },
    {
      name: 'roleArn',
      label: 'Role to take on',
      hint: 'Its ARN, in this account or another',
      type: 'text',
      placeholder: 'arn:aws:iam::123456789012:role/muster-reader',
      check: matching(ROLE, 'Write the ARN of a role'),
    },
    { name: 'externalId', label: 'External id', hint: 'That the role’s trust policy asks for', type: 'text' },
    { name: 'include', label: 'Only these paths', hint: 'Of users and roles, one a line. Empty: all', type: 'lines', check: pathProblem },
    { name: 'exclude', label: 'Without these paths', hint: 'One a line', type: 'lines', check: pathProblem },
  ],
  check: (form) => {
    if (filled(form.accessKeyId) !== filled(form.secretAccessKey))
      return filled(form.accessKeyId)
        ? { secretAccessKey: 'Where the secret of that key is' }
        : { accessKeyId: 'The key that this secret belongs to' };
    return filled(form.externalId) && !filled(form.roleArn) ? { roleArn: 'The role that asks for this external id' } : {};
  },
};
