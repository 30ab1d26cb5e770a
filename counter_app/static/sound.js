// A sound for a code that was read, for PAID, for a refusal, and for a request that comes in: eyes are on the customer.

const TONES = { read: [880], paid: [660, 880], refused: [220, 180], asked: [740, 740, 740] }; // hertz, one after another
const TONE_S = 0.12;

export function sound(what) {
  const player = new AudioContext();
  TONES[what].forEach((hertz, place) => {
    const tone = player.createOscillator();
    tone.frequency.value = hertz;
    tone.connect(player.destination);
    tone.start(player.currentTime + place * 1.5 * TONE_S);
    tone.stop(player.currentTime + (place * 1.5 + 1) * TONE_S);
  });
}

// What the page that has just opened is about.
export function soundOfPage() {
  const said = ["stop", "fix"].map((tone) => `.verdict.${tone}, .told.${tone}[role=alert]:not([hidden])`);
  if (document.querySelector(said.join())) sound("refused");
  else if (document.querySelector(".verdict.good")) sound("paid");
  else if (document.querySelector("#check-form")) sound("read");
}
