import type { ReactNode } from 'react';
import classes from './plainHttp.module.css';
import { ThemedPage } from './ThemedPage.tsx';

/**
 * In the app's place where the browser gives the page no secure context (W3C Secure Contexts): there is no `crypto.subtle`, no lock and no
 * service worker, so the engine could not even start.
 */
export function PlainHttp({ address }: { address: URL }): ReactNode {
  const port = address.port === '' ? '80' : address.port;
  return (
    <ThemedPage>
      <main className={classes.page}>
        <article className={classes.text}>
          <h1>Muster cannot work over plain http</h1>
          <p>
            This page came from <code>{address.origin}</code>. Over plain http a browser gives it no keys, no locks and no offline store. So
            here nobody can sign in, see the register, edit or work offline; and what travels could be read by others on the network.
          </p>
          <h2>What to do</h2>
          <ul>
            <li>
              Whoever runs this server gives it a certificate: <code>muster serve --tls-cert FILE --tls-key FILE</code>, or a proxy that has
              one and <code>--public-url https://{address.hostname}</code>. Then open the https address.
            </li>
            <li>
              On the computer that runs the server, open <code>http://127.0.0.1:{port}</code>. That address is safe without a certificate.
            </li>
            <li>
              Until then, a tunnel from this computer: <code>{`ssh -N -L ${port}:127.0.0.1:${port} ${address.hostname}`}</code>, then open{' '}
              <code>http://127.0.0.1:{port}</code> here.
            </li>
          </ul>
          <p>Nothing is lost: devices that have worked here over https or on the server’s computer keep what they hold.</p>
        </article>
      </main>
    </ThemedPage>
  );
}
