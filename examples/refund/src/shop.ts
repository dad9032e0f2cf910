import { NonRetryableError, service, staticDirectory } from "holdpoint";

/** What the shop knows of an order. */
export interface Order {
  total: number;
  delivered: string;
}

/** A shop with its books in memory. What is done under one key is done once, however often it is asked for. */
export class Shop {
  /** Credit notes, and what was paid back, in dollars, by key. */
  readonly notes = new Map<string, { order: string; amount: number; void?: true }>();
  readonly payments = new Map<string, { order: string; amount: number }>();
  private readonly orders: Readonly<Record<string, Order>> = {
    "A-7": { total: 120, delivered: "two weeks late" },
    "B-2": { total: 35, delivered: "damaged" },
  };
  /** Orders whose cards were closed: nothing can be paid back to them. */
  private readonly closedCards: readonly string[];

  constructor({ closedCards = [] }: { closedCards?: readonly string[] } = {}) {
    this.closedCards = closedCards;
  }

  async lookUp(order: string): Promise<Order> {
    const found = this.orders[order];
    if (!found) throw new NonRetryableError(`there is no order ${order}`);
    return found;
  }

  async writeCreditNote(key: string, order: string, amount: number): Promise<string> {
    this.notes.set(key, { order, amount });
    return key;
  }

  async voidCreditNote(key: string): Promise<void> {
    const note = this.notes.get(key);
    if (note) note.void = true;
  }

  async payBack(key: string, order: string, amount: number): Promise<string> {
    if (this.closedCards.includes(order)) throw new NonRetryableError("the card was closed");
    this.payments.set(key, { order, amount });
    return key;
  }
}

/** The shop the engine was given. */
export const shop = service<Shop>("shop");

/** Who works where. In a company this is the staff directory, asked when somebody acts. */
export const staff = staticDirectory({ groups: { finance: ["ana", "ben", "cleo"], "finance-leads": ["zoe"] } });
