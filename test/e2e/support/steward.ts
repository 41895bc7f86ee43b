import { expect, type Locator, type Page } from '@playwright/test';

export type ScreenName = 'Inbox' | 'Register' | 'Sources' | 'Activity' | 'People' | 'Write-back' | 'Team' | 'Settings';

const LETTER: Readonly<Record<Exclude<ScreenName, 'Settings'>, string>> = {
  Inbox: 'i',
  Register: 'r',
  Sources: 's',
  Activity: 'a',
  People: 'p',
  'Write-back': 'w',
  Team: 't',
};

/** A person at the app, by the words that the app shows. */
export class Steward {
  readonly page: Page;
  readonly statusBar: Locator;
  readonly main: Locator;

  constructor(page: Page) {
    this.page = page;
    this.statusBar = page.getByRole('contentinfo');
    this.main = page.getByRole('main');
  }

  /** Opens the app by the server's own launch link: no question is asked. */
  async launch(link: string): Promise<void> {
    await this.page.goto(link);
    await this.isOnline();
  }

  async join(link: string, name: string): Promise<void> {
    await this.page.goto(link);
    await this.page.getByLabel('Your name').fill(name);
    await this.page.keyboard.press('Enter');
    await this.isOnline();
  }

  async isOnline(): Promise<void> {
    await expect(this.statusBar).toContainText('Online', { timeout: 30_000 });
  }

  async isOffline(): Promise<void> {
    await expect(this.statusBar).toContainText('Offline', { timeout: 30_000 });
  }

  /** The service worker has kept the app: from now on it opens without a server. */
  async isKept(): Promise<void> {
    await this.page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
  }

  async go(screen: ScreenName): Promise<void> {
    await this.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    if (screen === 'Settings') await this.page.keyboard.press('Control+,');
    else {
      await this.page.keyboard.press('g');
      await this.page.keyboard.press(LETTER[screen]);
    }
    await expect(this.page.getByRole('main', { name: screen })).toBeVisible();
  }

  /** The line of an identity in the register. */
  row(name: string): Locator {
    const box = this.page.getByRole('checkbox', { name: `Select ${name}`, exact: true });
    return this.page.getByRole('row').filter({ has: box });
  }

  cell(name: string, column: string): Locator {
    return this.row(name).locator(`[col-id="${column}"]`);
  }

  async filter(text: string): Promise<void> {
    const line = this.page.getByLabel('Filter the register');
    await line.fill(text);
    await line.press('Enter');
  }

  /** Opens the editor of a cell, as a mouse does. */
  async editCell(name: string, column: string): Promise<void> {
    await this.cell(name, column).dblclick();
  }

  /** Sets the owner of one identity to a team that may be new. */
  async setOwner(name: string, owner: string): Promise<void> {
    await this.editCell(name, 'owner');
    const picker = this.page.getByRole('combobox', { name: 'Accountable owner' });
    await picker.fill(owner);
    await this.page
      .getByRole('option', { name: new RegExp(`^(${owner}\\b|Create team “${owner}”)`) })
      .first()
      .click();
    await expect(picker).toBeHidden();
  }

  /** The panel beside the register. */
  get peek(): Locator {
    return this.page.getByRole('complementary', { name: 'Identity' });
  }

  async peekAt(name: string): Promise<void> {
    await this.cell(name, 'name').click();
    await expect(this.peek.getByRole('heading', { level: 1 })).toHaveText(name);
  }

  /** Types a value into a text field of an identity, in its panel. */
  async setField(name: string, label: string, value: string): Promise<void> {
    await this.peekAt(name);
    await this.peek.getByRole('button', { name: new RegExp(`^${label}: `) }).click();
    const editor = this.page.getByRole('dialog', { name: label }).getByRole('textbox', { name: label, exact: true });
    await editor.fill(value);
    await editor.press('Enter');
    await expect(editor).toBeHidden();
    await expect(this.field(label)).toContainText(value);
  }

  /** A value in the open panel. */
  field(label: string): Locator {
    return this.peek.getByRole('button', { name: new RegExp(`^${label}: `) });
  }

  async savedHere(count: number): Promise<void> {
    await expect(this.statusBar).toContainText(count === 0 ? 'All on the server' : `${count} saved here`);
  }

  /** Everything that the register's lines say, but ages: what two screens must agree on. */
  async register(): Promise<string[]> {
    const rows = await this.page.getByRole('row').allInnerTexts();
    return rows.slice(1).map((text) => text.replace(/\s+/g, ' ').trim());
  }
}
