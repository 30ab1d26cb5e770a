// The running total of a count, in figures and in words; Enter walks from note to note.

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
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    // After the last note: the colleague's name and password where they are asked for, then the button.
    const places = [...form.querySelectorAll("[data-denomination], .sum-up input")];
    const next = places[places.indexOf(event.target) + 1];
    if (next) next.select();
    else form.querySelector(".primary").focus();
  });
  show();
}
