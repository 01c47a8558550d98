/** What a field for day and time holds, in the order of this house: browsers use their country's. */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WRITTEN = /^(\d{4,})-(\d{2})-(\d{2})T(\d{2}:\d{2})/;

/** "2026-11-22T17:05" as 22-Nov-2026 17:05; nothing while it is not whole. */
export function momentWords(value) {
  const [, year, month, day, clock] = WRITTEN.exec(value) ?? [];
  return year ? `${day}-${MONTHS[month - 1]}-${year} ${clock}` : "";
}

/** Every such field below ``root``. */
export function startMoments(root) {
  for (const field of root.querySelectorAll("[data-moment]:not([data-moment-on])")) {
    field.dataset.momentOn = "";
    const said = field.querySelector("[data-moment-said]");
    const input = field.querySelector("input");
    const say = () => {
      said.textContent = momentWords(input.value);
    };
    input.addEventListener("input", say);
    say();
  }
}
