/** Words that say little by themselves, of the languages that are most written. */
const little = new Set(
  `a an the of to in on at by for with from as is are was were be been being it its this that these those there their they them he she his her him we our you your i me my and or but if then than so such which who whom whose what when where how all any each every both some most more also too only just about around into over under up down out off again once do does did done have has had having can could may might must shall should will would per within until while because since after before during between
der die das den dem des ein eine einen einem einer eines und oder aber wenn dann als so wie zu zum zur im in an am auf aus bei von vom mit nach für über unter ist sind war waren wird werden wurde wurden hat haben hatte es er sie wir ihr sich auch nur noch da dass um bis ab
le la les un une des de du d l et ou mais si que qui à au aux en dans sur sous par pour avec est sont était été être a ont il elle ils elles on ce cette ces son sa ses leur peut peuvent celui
el los las lo una unos unas y o pero si que quien del al en con por para sobre es son era fue ser ha han su sus se cada puede pueden
il i gli uno e ed o ma se che chi di da del della dei delle al alla nel nella sul per tra è sono era si
o os as um uma e ou mas do da dos das no na nos nas ao pelo pela com por para é são era foi ser até pode podem
de het een en of maar als die dat van te in op aan bij met voor naar is zijn was waren er kunnen`
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .split(/\s+/),
);

/** One way to write what is written in several. */
const same: Readonly<Record<string, string>> = {
  ...{
    "€": "euro",
    eur: "euro",
    euros: "euro",
    $: "dollar",
    dollars: "dollar",
    usd: "dollar",
    "£": "pound",
    pounds: "pound",
    "%": "percent",
  },
  ...{
    prozent: "percent",
    "％": "percent",
    kg: "kilogram",
    kilograms: "kilogram",
    m: "metre",
    metres: "metre",
    meters: "metre",
    km: "kilometre",
  },
  ...{
    monthly: "month",
    yearly: "year",
    annual: "year",
    annually: "year",
    daily: "day",
    weekly: "week",
    people: "person",
    persons: "person",
  },
};

const numbers: Readonly<Record<string, number>> = {
  ...{
    one: 1,
    two: 2,
    three: 3,
    four: 4,
    five: 5,
    six: 6,
    seven: 7,
    eight: 8,
    nine: 9,
    ten: 10,
    eleven: 11,
    twelve: 12,
  },
  ...{ fifteen: 15, eighteen: 18, twenty: 20, thirty: 30, forty: 40, fifty: 50, sixty: 60, hundred: 100, twice: 2 },
  ...{ zwei: 2, drei: 3, vier: 4, funf: 5, sechs: 6, sieben: 7, acht: 8, neun: 9, zehn: 10, elf: 11, zwolf: 12 },
  ...{ deux: 2, trois: 3, quatre: 4, cinq: 5, sept: 7, huit: 8, neuf: 9, dix: 10, onze: 11, douze: 12 },
  ...{
    dos: 2,
    tres: 3,
    cuatro: 4,
    cinco: 5,
    seis: 6,
    siete: 7,
    ocho: 8,
    nueve: 9,
    diez: 10,
    once: 11,
    doce: 12,
    dieciocho: 18,
  },
  ...{ due: 2, quattro: 4, cinque: 5, sei: 6, sette: 7, otto: 8, nove: 9, dieci: 10, dodici: 12 },
  ...{
    dois: 2,
    duas: 2,
    quatro: 4,
    oito: 8,
    dez: 10,
    twee: 2,
    drie: 3,
    vijf: 5,
    acht_: 8,
    negen: 9,
    tien: 10,
    twaalf: 12,
  },
};

const months =
  "january february march april may june july august september october november december januar februar marz mai juni juli oktober dezember janvier fevrier mars avril juin juillet aout septembre octobre novembre decembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre janeiro fevereiro marco maio junho julho setembro outubro novembro dezembro januari februari maart mei augustus october";
const monthNames = new Set(months.split(" "));

/** A word of a text as it is compared. */
export interface Word {
  /** Its stem; a number in digits; two signs of a script without spaces. */
  readonly term: string;
  readonly kind: "word" | "number" | "month" | "name";
  /** Says something by itself. */
  readonly telling: boolean;
  readonly start: number;
  readonly end: number;
}

const token =
  /\d+(?:[.,'’\u00a0\u202f ]?\d+)*|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+|[\p{L}\p{M}]+(?:['’][\p{L}]+)*|[€$£%％]/gu;
const dense = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** The words of a text, in order. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  let opens = true;
  for (const { 0: raw, index } of text.matchAll(token)) {
    const place = { start: index, end: index + raw.length };
    if (/^\d/.test(raw)) words.push(...numbersIn(raw, index));
    else if (dense.test(raw)) words.push(...pairs(raw, index));
    else words.push(wordOf(raw, place, opens));
    opens = /[.!?:]\s*$/.test(text.slice(place.end, place.end + 2));
  }
  return words;
}

function wordOf(raw: string, place: { start: number; end: number }, opens: boolean): Word {
  const plain = raw
    .replace(/['’](?:s|t|re|ve|ll)$/i, "")
    .replace(/^[dlns]['’]/i, "")
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase();
  const counted = numbers[plain];
  if (counted !== undefined) return { term: String(counted), kind: "number", telling: true, ...place };
  const written = same[plain] ?? plain;
  const capital = /^\p{Lu}/u.test(raw);
  if (monthNames.has(plain) && (capital || plain !== "may"))
    return { term: plain.slice(0, 3), kind: "month", telling: true, ...place };
  const name = capital && !opens && !little.has(plain);
  return { term: stem(written), kind: name ? "name" : "word", telling: !little.has(plain), ...place };
}

/** Without the ends that change most: enough to find a word in its other forms. */
export function stem(word: string): string {
  const short = word.replace(
    /(?:ational|ations?|ingly|edly|ments?|ness|ingen|ungen|ung|ing|ers?|eds?|ies|ied|es|ed|en|ly|s|e|n|a|o)$/u,
    "",
  );
  return (short.length >= 3 ? short : word).slice(0, 6);
}

/** `1,240`, `1 240` and `1240` are one number; `12,90` and `12.90` are; a list of numbers is several. */
function numbersIn(raw: string, at: number): Word[] {
  const one = /^\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?:[.,]\d{1,2})?$|^\d+[.,]\d{1,2}$|^\d+$/;
  const parts = one.test(raw)
    ? [{ text: raw, at }]
    : [...raw.matchAll(/\d+/g)].map(({ 0: text, index }) => ({ text, at: at + index }));
  return parts.map((part) => ({
    term: plainNumber(part.text),
    kind: "number",
    telling: true,
    start: part.at,
    end: part.at + part.text.length,
  }));
}

function plainNumber(text: string): string {
  const decimal = /[.,](\d{1,2})$/.exec(text);
  const digits = (decimal ? text.slice(0, -decimal[0].length) : text).replace(/\D/g, "");
  return String(Number(decimal ? `${digits}.${decimal[1]}` : digits));
}

function pairs(raw: string, at: number): Word[] {
  const signs = [...raw];
  if (signs.length === 1) return [{ term: raw, kind: "word", telling: true, start: at, end: at + raw.length }];
  return signs.slice(1).map((sign, index) => ({
    term: (signs[index] as string) + sign,
    kind: "word",
    telling: true,
    start: at + index,
    end: at + index + 2,
  }));
}
