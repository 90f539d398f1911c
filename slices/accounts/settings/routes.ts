import type { App } from '../../../shared/web/server.ts';
import type { Accounts } from '../accounts.ts';
import { accountSettings } from './account-routes.ts';
import { tokenSettings } from './token-routes.ts';
import { userSettings } from './user-routes.ts';

/** People, programs and their ways in. */
export function settingsRoutes(app: App, accounts: Accounts, publicUrl: string | null): void {
  accountSettings(app, accounts);
  userSettings(app, accounts, publicUrl);
  tokenSettings(app, accounts);
}
