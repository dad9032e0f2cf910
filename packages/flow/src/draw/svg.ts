import type { FlowDefinition } from "../definition/definition.ts";
import { fontSize, layout, lineHeight, type Placed, type PlacedEdge, type PlacedNode, type Point } from "./layout.ts";
import { colours, pictureOf } from "./picture.ts";
import { svgText } from "./svg-text.ts";

/**
 * A flow as an SVG picture, with nothing but this package: flows inside nodes are frames, edges have their conditions in words,
 * every text is escaped. Its layout is loaded when it is first called.
 *
 * @example
 * const svg = await toSvg({
 *   name: "hello",
 *   nodes: [{ id: "greet", kind: "step", uses: "greet" }],
 *   edges: [],
 *   entry: ["greet"],
 * });
 */
export async function toSvg(definition: FlowDefinition): Promise<string> {
  const drawing = layout(pictureOf(definition), await import("@dagrejs/dagre"));
  const width = Math.ceil(drawing.width);
  const height = Math.ceil(drawing.height);
  const title = svgText(definition.name);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" font-size="${fontSize}">`,
    `<title>${title}</title>`,
    ...(definition.description === undefined ? [] : [`<desc>${svgText(definition.description)}</desc>`]),
    '<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="#555"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...drawn(drawing),
    "</svg>",
    "",
  ].join("\n");
}

/** Edges lie under nodes, their texts over both. */
function drawn({ nodes, edges }: Placed): string[] {
  return [...edges.map(way), ...nodes.flatMap(node), ...edges.flatMap(label)];
}

function node(placed: PlacedNode): string[] {
  const { node, lines, width, inside } = placed;
  const x = width / 2;
  const top = inside.length > 0 ? lineHeight : placed.height / 2 - ((lines.length - 1) * lineHeight) / 2 + fontSize / 3;
  return [
    `<g transform="translate(${number(placed.x)} ${number(placed.y)})" data-look="${node.look}">`,
    `<title>${svgText(node.lines.join("\n"))}</title>`,
    shape(placed),
    ...text(lines, x, top),
    ...inside.flatMap(({ at, drawing }) => frame(at, drawing)),
    "</g>",
  ];
}

function frame(at: Point, drawing: Placed): string[] {
  const { width, height, title } = drawing;
  return [
    `<g transform="translate(${number(at.x)} ${number(at.y)})">`,
    `<rect width="${number(width)}" height="${number(height)}" rx="4" fill="#fff" fill-opacity="0.6" stroke="#999" stroke-dasharray="4 3"/>`,
    ...(title === "" ? [] : text([title], width / 2, -4)),
    ...drawn(drawing),
    "</g>",
  ];
}

function shape({ node: { look }, width, height, inside }: PlacedNode): string {
  const paint = `fill="${colours[look]}" stroke="#555"`;
  const [w, h] = [number(width), number(height)];
  if (inside.length > 0) return `<rect width="${w}" height="${h}" rx="8" ${paint}/>`;
  switch (look) {
    case "start":
    case "end":
      return `<circle cx="${number(width / 2)}" cy="${number(height / 2)}" r="${number(width / 2)}" ${paint}/>`;
    case "gate":
      return `<path d="M${number(width / 2)} 0L${w} ${number(height / 2)}L${number(width / 2)} ${h}L0 ${number(height / 2)}z" ${paint}/>`;
    case "person":
      return `<path d="M10 0H${number(width - 10)}L${w} ${number(height / 2)}L${number(width - 10)} ${h}H10L0 ${number(height / 2)}z" ${paint}/>`;
    case "wait":
      return `<rect width="${w}" height="${h}" rx="${number(height / 2)}" ${paint}/>`;
    default:
      return `<rect width="${w}" height="${h}" rx="4" ${paint}/>`;
  }
}

function way({ points }: PlacedEdge): string {
  const path = points.map(({ x, y }, i) => `${i === 0 ? "M" : "L"}${number(x)} ${number(y)}`).join("");
  return `<path d="${path}" fill="none" stroke="#555" stroke-linejoin="round" marker-end="url(#arrow)"/>`;
}

function label({ lines, label, edge }: PlacedEdge): string[] {
  if (!label) return [];
  const top = label.y - ((lines.length - 1) * lineHeight) / 2 + fontSize / 3;
  return [
    "<g>",
    `<title>${svgText(edge.text)}</title>`,
    ...text(lines, label.x, top, ' stroke="#fff" stroke-width="4" paint-order="stroke"'),
    "</g>",
  ];
}

function text(lines: readonly string[], x: number, top: number, more = ""): string[] {
  return lines.map(
    (line, i) =>
      `<text x="${number(x)}" y="${number(top + i * lineHeight)}" text-anchor="middle" fill="#111"${more}>${svgText(line)}</text>`,
  );
}

const number = (value: number): string => String(Math.round(value * 10) / 10);
