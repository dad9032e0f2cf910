/** A name as words: `orderId` is "Order id". */
export function wordsOf(name: string): string {
  if (!/^[a-z][\w-]*$/i.test(name)) return name;
  const words = name
    .replaceAll(/[_-]+/g, " ")
    .replaceAll(/([a-z\d])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
