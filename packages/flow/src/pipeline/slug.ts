/**
 * A name as part of an address: lower case, with a single "-" for everything else.
 *
 * @example
 * slugOf("Hello World Pipeline"); // "hello-world-pipeline"
 */
export function slugOf(name: string): string {
  const slug = name
    .normalize("NFKD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 100);
  return slug === "" ? "pipeline" : slug;
}
