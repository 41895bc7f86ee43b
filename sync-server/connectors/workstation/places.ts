import { readAwsCredentials, readAwsSso, readAzure, readGcloud } from './cloudCredentials.ts';
import { readKubeConfig } from './kubeConfig.ts';
import { readMcpConfig } from './mcpConfigs.ts';
import type { Place } from './place.ts';
import { readSshFolder } from './sshKeys.ts';
import {
  readCargo,
  readDocker,
  readGhHosts,
  readGitCredentials,
  readNetrc,
  readNpmrc,
  readPypirc,
  readTerraform,
  readVaultToken,
} from './tokenFiles.ts';

/** The same file on Linux, macOS and Windows; only one of them exists on a computer. */
const perSystem = (path: string): string[] => [`.config/${path}`, `Library/Application Support/${path}`, `AppData/Roaming/${path}`];

/** Every place that is looked at, explicitly. Each is a coverage of its own: what cannot be read hides nothing elsewhere. */
export const PLACES: readonly Place[] = [
  { id: 'ssh', paths: ['.ssh/'], read: readSshFolder },
  { id: 'aws', paths: ['.aws/credentials', '.aws/config'], read: readAwsCredentials },
  { id: 'aws-sso', paths: ['.aws/sso/cache/'], read: readAwsSso },
  {
    id: 'gcloud',
    paths: ['.config/gcloud/application_default_credentials.json', 'AppData/Roaming/gcloud/application_default_credentials.json'],
    read: readGcloud,
  },
  {
    id: 'azure',
    paths: ['.azure/service_principal_entries.json', '.azure/msal_token_cache.json', '.azure/msal_token_cache.bin'],
    read: readAzure,
  },
  { id: 'npm', paths: ['.npmrc'], read: readNpmrc },
  { id: 'docker', paths: ['.docker/config.json'], read: readDocker },
  { id: 'kube', paths: ['.kube/config'], read: readKubeConfig },
  { id: 'git', paths: ['.git-credentials', '.config/git/credentials'], read: readGitCredentials },
  { id: 'github', paths: ['.config/gh/hosts.yml', 'AppData/Roaming/GitHub CLI/hosts.yml'], read: readGhHosts },
  { id: 'netrc', paths: ['.netrc', '_netrc'], read: readNetrc },
  { id: 'pypi', paths: ['.pypirc'], read: readPypirc },
  { id: 'cargo', paths: ['.cargo/credentials.toml', '.cargo/credentials'], read: readCargo },
  {
    id: 'terraform',
    paths: ['.terraform.d/credentials.tfrc.json', 'AppData/Roaming/terraform.d/credentials.tfrc.json'],
    read: readTerraform,
  },
  { id: 'vault', paths: ['.vault-token'], read: readVaultToken },
  { id: 'claude-desktop', paths: perSystem('Claude/claude_desktop_config.json'), read: readMcpConfig('Claude Desktop') },
  { id: 'claude-code', paths: ['.claude.json'], read: readMcpConfig('Claude Code') },
  { id: 'cursor', paths: ['.cursor/mcp.json'], read: readMcpConfig('Cursor') },
  { id: 'vscode', paths: perSystem('Code/User/mcp.json'), read: readMcpConfig('VS Code') },
  { id: 'windsurf', paths: ['.codeium/windsurf/mcp_config.json'], read: readMcpConfig('Windsurf') },
];
export const PLACE_IDS = PLACES.map((place) => place.id);
