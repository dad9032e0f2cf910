/** Stands for your own systems: replace the bodies by real calls. */
export const shop = {
  async load(orderId: string) {
    return { orderId, customer: "Ana Okafor", paid: 120, item: "desk lamp", delivered: "2026-03-02" };
  },
};

export const payments = {
  /** `key` is the same in every attempt: a payment provider refuses to do a thing twice with it. */
  async refund(orderId: string, amount: number, key: string) {
    return { reference: `refund-${orderId}-${amount}`, key };
  },
  async charge(orderId: string, amount: number) {
    return { reference: `charge-${orderId}-${amount}` };
  },
};
