// The running total of a count, in figures and in words.

export function addUp(form) {
  const total = form.querySelector("[data-total]");
  const words = form.querySelector("[data-words]");
  const fields = [...form.querySelectorAll("[data-denomination]")];
  let asked = 0;
  const show = async () => {
    const amount = fields.reduce((sum, field) => sum + Number(field.dataset.denomination) * (parseInt(field.value, 10) || 0), 0);
    const mine = (asked += 1);
    const answer = await fetch(`/words?amount=${amount}`, { headers: { Accept: "application/json" } });
    if (!answer.ok || mine !== asked) return;
    const said = await answer.json();
    total.textContent = said.figures;
    words.textContent = said.words;
  };
  form.addEventListener("input", show);
  show();
}
