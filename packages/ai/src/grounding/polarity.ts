/** Words that turn a statement round, in the forms they have without diacritics. */
const negators =
  /\b(?:not|no|never|none|nobody|nothing|neither|nor|cannot|without|isn'?t|aren'?t|wasn'?t|weren'?t|don'?t|doesn'?t|didn'?t|won'?t|can'?t|mustn'?t|missing|closed|prohibited|forbidden|banned|unknown|exempt|opposed|against|nicht|kein\w*|nie|niemals|ohne|geschlossen|ne|n'|pas|jamais|aucun\w*|sans|sin|nunca|ningun\w*|cerrad\w*|cierra|non|senza|nessun\w*|alcuna|nao|sem|nem|niet|geen|zonder|nooit)\b|不|没有|無い|ない|않/giu;

/** Pairs of which one is not the other. */
const opposites: readonly (readonly [RegExp, RegExp])[] = [
  [
    /\b(?:r[oi]se|risen|rising|grew|grown?|growth|increas\w*|went up|raised|up from|gestiegen|augment\w*|aument\w*)\b/iu,
    /\b(?:fell|fallen|falls?|dropp\w*|declin\w*|decreas\w*|went down|lowered|down from|shrank|gesunken|baiss\w*|baj\w*)\b/iu,
  ],
  [
    /\b(?:more than|longer than|above|over|at least)\b/iu,
    /\b(?:less than|fewer than|below|under|at most|no more than)\b/iu,
  ],
  [/\b(?:in favou?r|approved?|supported)\b/iu, /\b(?:against|opposed|rejected)\b/iu],
  [/\b(?:replac|rewritten|lost)\w*\b/iu, /\b(?:keep|kept|remain)\w*\b/iu],
];

/** Whether a clause says that something is not. */
export function isNegative(clause: string): boolean {
  const plain = clause.normalize("NFKD").replace(/\p{M}+/gu, "");
  // French says it twice, and "not only" says it of nothing.
  const told = plain
    .replace(/\b(?:ne|n['’])\s*(\p{L}+\s+){1,3}(?:pas|plus|jamais|aucun\w*)\b/giu, " not ")
    .replace(/not only|no later than|no more than/giu, "");
  return (told.match(negators)?.length ?? 0) % 2 === 1;
}

/** Whether one says the opposite of the other by a pair of words. */
export function areOpposite(one: string, other: string): boolean {
  return opposites.some(
    ([up, down]) =>
      (up.test(one) && !down.test(one) && down.test(other) && !up.test(other)) ||
      (down.test(one) && !up.test(one) && up.test(other) && !down.test(other)),
  );
}

/** The clauses of a sentence: what one negation reaches. */
export function clausesOf(sentence: string): string[] {
  return sentence
    .split(
      /[,;:–—()，；、]\s*|\s(?:and|but|while|although|because|whereas|which|und|aber|während|sondern|et|mais|y|pero|e|ma|mas|en|maar)\s/iu,
    )
    .map((clause) => clause.trim())
    .filter((clause) => clause !== "");
}
