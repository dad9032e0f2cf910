/** Stands for a search engine: replace it by a real one, or by the tools of an MCP server (`mcpTools` of `@holdpoint/ai`). */
export async function search(query: string) {
  return [
    { id: "iso", text: `On ${query}: a point beyond which an activity may not proceed without approval.` },
    { id: "survey", text: `On ${query}: inspections take two days at the median.` },
  ];
}
