/** Picking a code by typing (WAI-ARIA combobox with a list box); free text is always possible. */

const WAIT_MS = 120;

class Picker {
  #root;
  #input;
  #list;
  #said;
  #request = null;
  #timer = 0;
  #waiting = false;
  #active = -1;

  constructor(root) {
    this.#root = root;
    this.#input = root.querySelector("input[type=text]");
    this.#list = this.#addList();
    this.#said = this.#addStatus();
    const said = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.#list.id };
    for (const [name, value] of Object.entries(said)) this.#input.setAttribute(name, value);
    this.#input.addEventListener("input", () => this.#onInput());
    this.#input.addEventListener("keydown", (event) => this.#onKey(event));
    this.#input.addEventListener("blur", () => this.#close());
  }

  #addList() {
    const list = document.createElement("ul");
    list.id = `${this.#input.id || this.#input.name}-choices`;
    list.className = "picker-list";
    list.setAttribute("role", "listbox");
    const label = this.#root.closest(".field")?.querySelector("label")?.textContent.trim();
    list.setAttribute("aria-label", label || this.#input.name);
    list.hidden = true;
    // The press must not take the focus from the field, which would close the list first.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.#take(option);
    });
    this.#input.after(list);
    return list;
  }

  #addStatus() {
    const status = document.createElement("span");
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    this.#root.append(status);
    return status;
  }

  get #options() {
    return [...this.#list.children];
  }

  #onInput() {
    this.#setCode("", "");
    const typed = this.#input.value.trim();
    this.#tell(typed ? this.#root.dataset.wordsFree : "", Boolean(typed));
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.#waiting = Boolean(typed);
    if (typed) this.#timer = setTimeout(() => this.#look(typed), WAIT_MS);
    else this.#close();
  }

  async #look(typed) {
    this.#request = new AbortController();
    const { signal } = this.#request;
    const token = this.#root.closest("form")?.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
    const body = new URLSearchParams({ kind: this.#root.dataset.picker, text: typed.slice(0, 200), csrfmiddlewaretoken: token });
    try {
      const answer = await fetch(this.#root.dataset.pickerUrl, { method: "POST", body, signal, redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      this.#show(await answer.text());
    } catch {
      if (!signal.aborted) this.#failed();
    }
  }

  #failed() {
    this.#waiting = false;
    this.#close();
    this.#tell(this.#root.dataset.wordsFailed, true);
  }

  #show(markup) {
    this.#waiting = false;
    const page = new DOMParser().parseFromString(`<ul>${markup}</ul>`, "text/html");
    this.#list.replaceChildren(...page.querySelectorAll("li[role=option]"));
    this.#options.forEach((option, n) => {
      option.id = `${this.#list.id}-${n}`;
    });
    this.#activate(-1);
    const loading = page.querySelector("[data-picker-loading]");
    if (loading) this.#tell(loading.textContent.trim(), true);
    const { wordsNone, wordsSome } = this.#root.dataset;
    this.#said.textContent = this.#options.length ? `${this.#options.length} ${wordsSome}` : wordsNone;
    if (this.#options.length && document.activeElement === this.#input) this.#open();
    else this.#close();
  }

  #open() {
    this.#list.hidden = false;
    this.#list.scrollIntoView({ block: "nearest" });
    this.#input.setAttribute("aria-expanded", "true");
  }

  #close() {
    this.#list.hidden = true;
    this.#input.setAttribute("aria-expanded", "false");
    this.#activate(-1);
  }

  #activate(n) {
    this.#active = n;
    this.#options.forEach((option, at) => option.setAttribute("aria-selected", String(at === n)));
    const option = this.#options[n];
    if (option) {
      this.#input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else this.#input.removeAttribute("aria-activedescendant");
  }

  #move(step) {
    const count = this.#options.length;
    if (!count) return;
    if (this.#list.hidden) this.#open();
    const from = this.#active < 0 && step < 0 ? count : this.#active;
    this.#activate((from + step + count) % count);
  }

  #onKey(event) {
    const open = !this.#list.hidden;
    if (event.isComposing) return;
    if (event.key === "ArrowDown") this.#move(1);
    else if (event.key === "ArrowUp") this.#move(-1);
    else if (event.key === "Enter" && open && this.#active >= 0) this.#take(this.#options[this.#active]);
    // A half-typed word must not be sent as free text before its choices were seen.
    else if ((event.key === "Enter" || event.key === "Escape") && open) this.#close();
    else if (event.key === "Enter" && this.#waiting) event.preventDefault();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #take(option) {
    clearTimeout(this.#timer);
    this.#request?.abort();
    const { system, code, name, unit, category, says } = option.dataset;
    this.#input.value = name;
    this.#setCode(system, code);
    this.#tell(code ? says : this.#root.dataset.wordsFree, !code);
    this.#said.textContent = `${name}, ${code ? says : this.#root.dataset.wordsFree}`;
    this.#close();
    const detail = { system, code, name, unit, category };
    this.#root.dispatchEvent(new CustomEvent("chartwave:picked", { bubbles: true, detail }));
    this.#input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #setCode(system, code) {
    this.#root.querySelector("[data-picker-system]").value = system;
    this.#root.querySelector("[data-picker-code]").value = code;
  }

  #tell(words, free) {
    const state = this.#root.querySelector("[data-picker-state]");
    state.textContent = words;
    state.classList.toggle("picker-free", free);
  }
}

/** Every picker below ``root`` that does not run yet. */
export function startPickers(root) {
  for (const element of root.querySelectorAll("[data-picker]:not([data-picker-on])")) {
    element.dataset.pickerOn = "";
    new Picker(element);
  }
}
