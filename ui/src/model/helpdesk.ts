/** Which helpdesk this is; the pages name it often. */
import type { Health, Vendor } from '../wire';

/** The vendor of the helpdesk. Before the first answer, and where none is connected, the one most have. */
export function helpdeskOf(health: Health | null): Exclude<Vendor, 'aircall'> {
  return health?.connections.some((one) => one.vendor === 'front') ? 'front' : 'gorgias';
}
