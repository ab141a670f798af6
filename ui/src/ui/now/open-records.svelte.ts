/** What the customer on the card has open in the helpdesk, asked when the card is there. */
import type { Host } from '../../host/host';
import type { OpenRecords } from '../../wire';

/** How far the asking has come. */
export type OpenRecordsState = { readonly state: 'asking' | 'failed'; readonly told: null } | { readonly state: 'told'; readonly told: OpenRecords };

/** Asks for one customer after the other, and shows what was told of the one on the card. */
export class OpenRecordsOfCustomer {
  #now = $state.raw<OpenRecordsState>({ state: 'asking', told: null });
  #customer: string | null = null;

  constructor(private readonly host: Host) {}

  get now(): OpenRecordsState {
    return this.#now;
  }

  /** Another customer is on the card, or nobody. */
  of(customer: string | null): void {
    if (customer === this.#customer) return;
    this.#customer = customer;
    this.again();
  }

  again(): void {
    const customer = this.#customer;
    this.#now = { state: 'asking', told: null };
    if (customer === null) return;
    const tell = (next: OpenRecordsState) => {
      if (customer === this.#customer) this.#now = next;
    };
    this.host.openRecords(customer).then(
      (told) => tell({ state: 'told', told }),
      () => tell({ state: 'failed', told: null }),
    );
  }
}
