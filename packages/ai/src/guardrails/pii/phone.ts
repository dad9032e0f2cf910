/** Digits as phone numbers are written: groups with spaces, dots, dashes, slashes and brackets. */
const run =
  /(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Arabic}\p{N}_@#&])(?<![\p{N}][.,:/-])(?<!\p{L}\d )(?:\+|00(?=[1-9]))?\(?\d[\d\s().\u00a0/-]{5,22}\d(?![\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Arabic}\p{N}]|[-/:]\d|[.,]\d)/gu;

/** Words that say that a number is one. */
const phoneWord =
  /(?:phone|telefon\w*|t[eé]l(?:[eé]phone)?|tel|cell|mobile|m[oó]vil|handy|celular|cel|call|ring|bel|ruf\w*|appel\w*|ll[aá]ma\w*|chiama\w*|zadzwo\w*|fax|whatsapp|text me|sms|(?:my|your|his|her|their|phone) number|number's|reach|contact|puh|nummer|n[uú]mero|numer|telefonum|телефон\w*|номер|звон\w*|电话|手机|電話|연락처|전화|هاتف|फ़ोन)\b|电话|手机|電話|연락처|전화/iu;
/** Words that say that it is something else. */
const otherWord =
  /(?:order|invoice|ticket|track\w*|parcel|parcels|serial|isbn|barcode|sku|model|part|item|article|artikel\w*|version|case|ref|receipt|customer number|kunden\w*|bestell\w*|rechnung\w*|aktenzeichen|commande|siret|pedido|ordine|zam[oó]wieni\w*|bestelling|заказ\w*|sipariş|gps|population|timestamp|lot|doi|score\w*|sequence|lottery|wavelength\w*|license|licence|pin pad|account|konto|注文|订单|주문|رقم الطلب|flight|vuelo|chapter|error|postcode|plz|formular|sum|price|vat)/iu;

/** How a country without its code writes its numbers: a trunk zero, or the American groups. */
const national = [
  /^0\d{1,4}[\s/-]\d{2,4}(?:[\s-]?\d{2,4}){1,3}$/,
  /^0\d{9,10}$/,
  /^\(0\d{1,4}\)\s?\d{3,8}(?:[\s-]\d{2,4})*$/,
  /^(?:1[-. ])?\(?[2-9]\d{2}\)?[-. ]\s?[2-9]\d{2}[-. ]\d{4}$/,
  /^0\d(?:[ .]\d{2}){4}$/,
  /^0\d[- ]\d{8}$/,
];

/** Where phone numbers stand in a text: international ones as they are, national ones by their shape, others beside a word for them. */
export function* findPhones(text: string): Iterable<{ start: number; end: number }> {
  for (const { 0: raw, index } of text.matchAll(run)) {
    const value = balanced(raw);
    const digits = value.replace(/\D/g, "");
    if (digits.length < 7 || digits.length > 15 || digits.startsWith("000") || isDateOrSum(value)) continue;
    const before = text.slice(Math.max(0, index - 45), index);
    const international = /^(?:\+|00)/.test(value);
    const named = phoneWord.test(before);
    if (!international && otherWord.test(before) && !named) continue;
    const shaped = national.some((shape) => shape.test(value));
    if (international ? digits.length >= 8 : shaped || named) yield { start: index, end: index + value.length };
  }
}

/** Without a bracket that was opened before or is never closed. */
function balanced(raw: string): string {
  const trimmed = raw.startsWith("(") && !raw.includes(")") ? raw.slice(1) : raw;
  return trimmed.replace(/[\s(./-]+$/, "");
}

const shapes = [
  /^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}$/, // a date
  /^\d{4}-\d{4}(?:\D.*)?$/, // a span of years
  /^\d{1,3}(?:[ .\u00a0]\d{3})+$/, // a sum
  /\d{1,2}[./]\d{1,2}[./]\d{4}/,
  /^\d{1,4}(?: \d{1,4}){6,}$/, // a series
];

const isDateOrSum = (value: string): boolean => shapes.some((shape) => shape.test(value));
