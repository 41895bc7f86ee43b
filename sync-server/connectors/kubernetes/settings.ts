import * as z from 'zod';
import { secretReference } from '../../../shared/wire/http.ts';

const isServer = (text: string): boolean => {
  const url = URL.parse(text);
  // Plain http is `kubectl proxy` on this computer and nothing else: a token would cross a network in clear.
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url.hostname));
};
const isBare = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && url.username === '' && url.password === '' && url.search === '';
};
/** A name, or the beginning of one with `*` behind it. */
const namespaceName = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]([a-z0-9-]*)\*?$/, 'must be the name of a namespace; `team-*` stands for all that begin so');

export const settings = z
  .strictObject({
    /** A kubeconfig file. Its credentials are read when the source is, and never kept. */
    kubeconfig: z.string().min(1).max(1_024).optional(),
    /** Of that file; absent: its current context. A source is one cluster: add one for each context. */
    context: z.string().min(1).max(253).optional(),
    /** Instead of a kubeconfig: the address of the API server, and where the token of a ServiceAccount is. */
    server: z
      .string()
      .max(1_024)
      .refine(isServer, 'must be https://host:port')
      .refine(isBare, 'must hold no password: name the token in `token` as { env } or { file }')
      .optional(),
    token: secretReference.optional(),
    /** A PEM file with the authority that signed the server's certificate. */
    authority: z.string().min(1).max(1_024).optional(),
    /** What people call the cluster; absent: as the kubeconfig does, or by its address. */
    cluster: z.string().min(1).max(200).optional(),
    /** Read these only, one by one: no right in the whole cluster is needed for them. Absent: all. */
    namespaces: z.array(namespaceName).max(50).optional(),
    exclude: z.array(namespaceName).max(200).optional(),
    /** Objects that are asked for at once. */
    page: z.number().int().min(1).max(5_000).default(500),
  })
  .refine(({ kubeconfig, server }) => (kubeconfig === undefined) !== (server === undefined), 'name either `kubeconfig` or `server`')
  .refine(({ namespaces }) => !namespaces?.some((name) => name.endsWith('*')), 'namespaces: to read some only, name each of them');
export type KubernetesSettings = z.infer<typeof settings>;

/** Whether a namespace is left out. What belongs to the whole cluster has none, and is never left out. */
export function isExcluded(namespace: string | undefined, { exclude = [] }: Pick<KubernetesSettings, 'exclude'>): boolean {
  if (namespace === undefined) return false;
  return exclude.some((name) => (name.endsWith('*') ? namespace.startsWith(name.slice(0, -1)) : namespace === name));
}
