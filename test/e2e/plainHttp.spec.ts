import AxeBuilder from '@axe-core/playwright';
import { chromium } from '@playwright/test';
import { freePort } from '../support/appServer.ts';
import { chromiumArguments, findChromium } from '../support/chromium.ts';
import { expect, test } from './support/musterTest.ts';

/** A name that is this computer, so that Chromium takes the page for one from the network: no secure context. */
const NAME = 'muster.test';

test('[OPS3] under a network name without TLS the page says what does not work and what to do, not nothing', async ({ serve, noise }) => {
  const port = await freePort();
  const server = await serve({ args: ['--port', String(port), '--public-url', `http://${NAME}:${port}`] });
  expect(server.launchLink()).toContain(`http://${NAME}:${port}/#launch=`);
  const executablePath = findChromium();
  const browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [...chromiumArguments(), `--host-resolver-rules=MAP ${NAME} 127.0.0.1`],
  });
  try {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ colorScheme, viewport: { width: 1440, height: 900 } });
      noise.listenTo(context);
      const page = await context.newPage();
      await page.goto(server.launchLink());
      expect(await page.evaluate(() => [isSecureContext, crypto.subtle === undefined])).toEqual([false, true]);
      await expect(page.getByRole('heading', { name: 'Muster cannot work over plain http' })).toBeVisible();
      await expect(page.getByText(`ssh -N -L ${port}:127.0.0.1:${port} ${NAME}`)).toBeVisible();
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([]);
      await page.screenshot({ path: test.info().outputPath(`plain-http-${colorScheme}.png`) });
      await context.close();
    }
  } finally {
    await browser.close();
  }
});
