import type { Health } from '../wire';

/** Whether an admin has uninstalled Sidetone: no events come, and nothing is read or written. */
export function isUninstalled(health: Health | null): boolean {
  return health?.alerts.some((alert) => alert.code === 'uninstalled') ?? false;
}
