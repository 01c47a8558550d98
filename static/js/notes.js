/** Writing notes: saving by itself, dot phrases, the key to the sign page, marks on copied text. */

const QUIET_MS = 1500;
const LONGEST_WAIT_MS = 5000;
const RETRY_MS = 5000;
const TIMEOUT_MS = 15_000;
const PHRASE = /(?:^|[^\w.])\.(vitals|meds|labs|problems|allergies)$/;

/** Saves the text of one form while somebody writes; the page's Save button works without it. */
class Autosave {
  constructor(form) {
    this.form = form;
    this.state = form.querySelector("[data-save-state]");
    this.saved = this.text();
    this.firstChange = 0;
    this.timer = 0;
    this.running = null;
    // A name of its own, also where the browser has doubled a tab with all its fields.
    this.value("editor", Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(16)).join("-"));
    form.addEventListener("input", () => this.changed());
    form.addEventListener("submit", (event) => this.onSubmit(event));
    document.addEventListener("visibilitychange", () => document.hidden && this.soon(0));
    // Behind the lock nothing is saved; the moment it opens, what waited is.
    document.getElementById("locked")?.addEventListener("close", async () => {
      await this.running?.catch(() => false);
      this.soon(0);
    });
  }

  /** What would be sent, without what only the sending itself changes. */
  text() {
    const fields = [...this.form.querySelectorAll("textarea, input[name=title]")];
    return JSON.stringify(fields.map((field) => field.value));
  }

  value(name, replacement) {
    const field = this.form.elements.namedItem(name);
    if (replacement !== undefined) field.value = replacement;
    return field.value;
  }

  say(words) {
    if (this.state.textContent !== words) this.state.textContent = words;
  }

  wrong(reason) {
    this.state.classList.add("save-failed");
    this.say(`${this.form.dataset.wordsNotSaved}: ${reason}`);
  }

  changed() {
    if (this.text() === this.saved) return;
    if (!this.firstChange) this.firstChange = Date.now();
    if (!this.state.classList.contains("save-failed")) this.say(this.form.dataset.wordsChanged);
    const waited = Date.now() - this.firstChange;
    this.soon(Math.max(0, Math.min(QUIET_MS, LONGEST_WAIT_MS - waited)));
  }

  soon(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
  }

  /** One save at a time; what was typed meanwhile is saved next. */
  async save() {
    if (this.running || this.text() === this.saved) return;
    const sent = this.text();
    this.running = this.send();
    let again = 0;
    try {
      again = (await this.running) ? 0 : RETRY_MS;
      if (!again) this.saved = sent;
    } catch {
      this.wrong(this.form.dataset.wordsOffline);
      again = RETRY_MS;
    }
    this.running = null;
    this.firstChange = 0;
    if (this.text() !== this.saved) this.soon(again || QUIET_MS);
  }

  /** True when sending it again would change nothing: saved, kept beside the other tab's, or refused. */
  async send() {
    this.value("sequence", String(Number(this.value("sequence")) + 1));
    const answer = await fetch(this.form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(this.form)),
      headers: { "X-Autosave": "1" },
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (answer.type === "opaqueredirect" || answer.status === 403) return this.signedOut();
    const said = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
    if (answer.ok) {
      this.value("revision", String(said.revision));
      this.state.classList.remove("save-failed");
      this.say(`${this.form.dataset.wordsSaved} ${said.saved}`);
      return true;
    }
    this.wrong(said.conflict ? `${said.conflict} ${this.form.dataset.wordsMerge}.` : (said.error ?? `HTTP ${answer.status}`));
    return answer.status < 500;
  }

  /** Signed out, or the token of an older session: after a new sign-in elsewhere this page goes on. */
  async signedOut() {
    this.wrong(this.form.dataset.wordsSignedOut);
    const page = await fetch(this.form.action, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!page.ok) return false;
    const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
    const token = fresh.querySelector("form[data-autosave] input[name=csrfmiddlewaretoken]")?.value;
    if (!token) return false;
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
    return false;
  }

  /** A save on its way ends first, so that the button's save is not taken for another tab's. */
  async onSubmit(event) {
    clearTimeout(this.timer);
    if (!this.running) {
      this.value("sequence", String(Number(this.value("sequence")) + 1));
      return;
    }
    event.preventDefault();
    await this.running.catch(() => false);
    this.running = null;
    this.form.requestSubmit(event.submitter ?? undefined);
  }
}

/** Replaces the phrase before the cursor by what the chart says now. */
async function expandPhrase(field, form) {
  const end = field.selectionEnd;
  const found = PHRASE.exec(field.value.slice(0, end));
  if (!found) return;
  const start = end - found[1].length - 1;
  const token = form.querySelector("input[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(form.dataset.phrases, {
    method: "POST",
    body: new URLSearchParams({ phrase: found[1], csrfmiddlewaretoken: token }),
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!answer.ok || field.value.slice(start, end) !== `.${found[1]}`) return;
  const { text } = await answer.json();
  const cursor = field.selectionStart + text.length - (end - start);
  field.setRangeText(text, start, end, "preserve");
  field.setSelectionRange(cursor, cursor);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function onKey(event, form) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("button[name=next][value=sign]"));
  }
  const ends = event.key === " " || event.key === "Enter" || event.key === "Tab";
  if (ends && event.target.matches("textarea")) tryPhrase(event.target, form);
}

/** Without an answer the phrase stays as typed, and the Save button expands it. */
function tryPhrase(field, form) {
  expandPhrase(field, form).catch(() => undefined);
}

/** Text copied out of a note says where it comes from, wherever it is pasted. */
function onCopy(event) {
  const words = String(document.getSelection());
  const { copySource, copyEnd } = event.currentTarget.dataset;
  if (!words.trim()) return;
  event.preventDefault();
  event.clipboardData.setData("text/plain", `«${copySource}»\n${words}\n«${copyEnd}»`);
}

for (const form of document.querySelectorAll("form[data-autosave]")) {
  new Autosave(form);
  form.addEventListener("keydown", (event) => onKey(event, form));
  form.addEventListener("change", (event) => event.target.matches("textarea") && tryPhrase(event.target, form));
}
for (const text of document.querySelectorAll("[data-copy-source]")) text.addEventListener("copy", onCopy);
