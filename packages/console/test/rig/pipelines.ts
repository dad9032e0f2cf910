/** Code that pipelines of these tests may name. */
export const deskSteps = {
  "load order": ({ order = "A-1" }: { order?: string }) => ({ order, amount: 120 }),
  "pay back": ({ order }: { order?: string }) => ({ paid: true, order }),
  "write to customer": () => ({ written: true }),
};

/** A pipeline with a question, conditions and two ends. */
export const desk = {
  name: "Refund desk",
  description: "Looks the order up, asks for large amounts, pays and writes to the customer.",
  version: "1.0",
  input_schema: {
    type: "object",
    properties: { order: { type: "string", maxLength: 20, title: "Order" } },
    required: ["order"],
  },
  steps: [
    { id: "load_order", name: "Load order", step_class: "load order" },
    {
      id: "approve",
      name: "Approve refund",
      type: "human_input",
      config: {
        prompt: "Pay {{ load_order.amount }} back for {{ order }}?",
        assigned_users: ["ana", "ben"],
        severity: "high",
        timeout_seconds: 86400,
        default_action: "reject",
        ui_schema: {
          fields: [
            { name: "decision", type: "radio", options: ["approve", "reject"], required: true, label: "Decision" },
            { name: "comment", type: "textarea", label: "Why" },
          ],
        },
      },
    },
    { id: "pay_back", name: "Pay back", step_class: "pay back" },
    { id: "write", name: "Write to customer", step_class: "write to customer" },
  ],
  flow: {
    start_at: "load_order",
    paths: [
      {
        from: "load_order",
        to: "approve",
        condition: { type: "expression", config: { source: "load_order.amount", operator: "gt", value: 50 } },
      },
      { from: "load_order", to: "pay_back", condition: "else" },
      {
        from: "approve",
        to: "pay_back",
        condition: { type: "expression", config: { source: "approve.decision", operator: "equals", value: "approve" } },
      },
      { from: "approve", to: "write", condition: "else" },
      { from: "pay_back", to: "write" },
      { from: "write", to: "end" },
    ],
  },
};
