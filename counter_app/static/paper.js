// Paper is cut where the slip ends: the page is as high as the highest slip on it.

const MM_PER_PIXEL = 25.4 / 96;
const WIDTH = "72mm"; // what a printer for rolls of 80 mm prints on

export function cutPaper() {
  window.addEventListener("beforeprint", () => {
    const slips = [...document.querySelectorAll(".slip")];
    if (!slips.length) return;
    document.documentElement.classList.add("measured");
    const height = Math.max(...slips.map((slip) => slip.getBoundingClientRect().height));
    document.documentElement.classList.remove("measured");
    const sheet = [...document.styleSheets].find((one) => one.href);
    sheet.insertRule(`@page { size: ${WIDTH} ${Math.ceil(height * MM_PER_PIXEL) + 4}mm; margin: 0 }`, sheet.cssRules.length);
  });
}
