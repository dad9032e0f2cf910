/** Stands for your shop: replace the bodies by real calls. */
export const shop = {
  async lookUp(orderId: string) {
    if (orderId === "B-2") return { orderId, total: 35, delivered: "damaged" };
    return { orderId, total: 120, delivered: "two weeks late" };
  },
  /** `key` is the same in every attempt: a payment service pays only once with it. */
  async payBack(orderId: string, amount: number, key: string) {
    return { orderId, paid: amount, receipt: key.length > 0 };
  },
};
