// An amount in words, below a billion: whoever sees "ba trăm nghìn" has not typed a nought too many.

import { language } from "./i18n.js";

const VI = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];
const EN = ["", ..."one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(" ")];
const EN_TENS = ["", "", ..."twenty thirty forty fifty sixty seventy eighty ninety".split(" ")];
const SCALES = { vi: ["triệu", "nghìn", ""], en: ["million", "thousand", ""] };

// `full`: something was said before, so missing hundreds are named.
function vietnamese(group, full) {
  const [hundreds, tens, units] = [Math.floor(group / 100), Math.floor(group / 10) % 10, group % 10];
  const said = hundreds || full ? [VI[hundreds], "trăm"] : [];
  if (tens === 0) {
    if (units && said.length) said.push("linh");
    if (units) said.push(units === 4 && said.length ? "tư" : VI[units]);
  } else {
    said.push(...(tens === 1 ? ["mười"] : [VI[tens], "mươi"]));
    const after = tens === 1 ? { 5: "lăm" } : { 1: "mốt", 4: "tư", 5: "lăm" };
    if (units) said.push(after[units] ?? VI[units]);
  }
  return said;
}

function english(group) {
  const [hundreds, rest] = [Math.floor(group / 100), group % 100];
  const [tens, units] = [EN_TENS[Math.floor(rest / 10)], EN[rest % 10]];
  const said = hundreds ? [EN[hundreds], "hundred"] : [];
  if (hundreds && rest) said.push("and");
  if (rest) said.push(rest < 20 ? EN[rest] : [tens, units].filter(Boolean).join("-"));
  return said;
}

export function words(amount) {
  const groups = [Math.floor(amount / 1e6), Math.floor(amount / 1e3) % 1000, amount % 1000];
  if (!amount || groups[0] > 999) return "";
  const said = [];
  groups.forEach((group, n) => {
    if (!group) return;
    if (language === "en" && n === 2 && said.length && group < 100) said.push("and");
    said.push(...(language === "vi" ? vietnamese(group, said.length > 0) : english(group)), SCALES[language][n]);
  });
  const text = said.filter(Boolean).join(" ");
  return `${text[0].toUpperCase()}${text.slice(1)} đồng`;
}
