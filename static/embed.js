// `<interplay-figure scenario="checkout">`: a figure of Interplay in a page of yours.
//
// In: attributes (scenario, src, lang, theme, height, title) and a few methods. Out: an iframe
// that is loaded when it is about to be seen and takes the height it needs, and the events
// `ready`, `state` and `error`, whose `detail` is what the figure said. See docs/embedding.md.
//
// A classic script, so that a plain `<script src>` works from any page; it takes nothing from
// the page but the element's own attributes.
(() => {
  "use strict";

  const VERSION = 1;
  const PATIENCE_MS = 10_000;
  const LEAST_HEIGHT = 240;
  const MOST_HEIGHT = 1_200;
  const FIRST_HEIGHT = 480;
  const WATCHED = ["scenario", "src", "lang", "theme", "height", "title"];

  // Figures live beside this script, unless `base` says otherwise.
  const beside = document.currentScript ? new URL("./", document.currentScript.src).href : document.baseURI;

  class InterplayFigure extends HTMLElement {
    static observedAttributes = WATCHED;

    #frame = null;
    #asked = new Map();
    #next = 1;
    #heard = (event) => this.#hear(event);
    #waiting = false;

    connectedCallback() {
      window.addEventListener("message", this.#heard);
      this.#build();
    }

    disconnectedCallback() {
      window.removeEventListener("message", this.#heard);
      this.#frame?.remove();
      this.#frame = null;
      for (const { refuse } of this.#asked.values()) {
        refuse(new Error("the figure was taken out of the page"));
      }
      this.#asked.clear();
    }

    attributeChangedCallback(name, before, now) {
      if (before === now || this.#frame === null) {
        return;
      }
      if (name === "height") {
        this.#size();
      } else if (name === "title") {
        this.#frame.title = this.#title;
      } else if (!this.#waiting) {
        // Several attributes are often set at once; the figure is loaded once for all of them.
        this.#waiting = true;
        queueMicrotask(() => {
          this.#waiting = false;
          if (this.#frame !== null) {
            this.#frame.src = this.address;
          }
        });
      }
    }

    /** The address of the figure. */
    get address() {
      const base = new URL(this.getAttribute("base") ?? beside, document.baseURI);
      let fragment = "";
      const src = this.getAttribute("src");
      if (src !== null) {
        // A link as it is copied from the page, or only its fragment.
        const url = new URL(src, base);
        fragment = url.hash.slice(1);
        const named = url.searchParams.get("scenario");
        if (fragment === "" && named !== null) {
          fragment = `scenario=${encodeURIComponent(named)}`;
        }
        if (!src.startsWith("#")) {
          base.href = url.href;
        }
      } else {
        fragment = `scenario=${encodeURIComponent(this.getAttribute("scenario") ?? "checkout")}`;
      }
      const wanted = ["mode=embed"];
      for (const name of ["lang", "theme"]) {
        if (this.hasAttribute(name)) {
          wanted.push(`${name}=${encodeURIComponent(this.getAttribute(name))}`);
        }
      }
      const parts = fragment.split("&").filter((part) => part !== "" && !/^(mode|lang|theme)=/.test(part));
      base.search = "";
      base.hash = [...parts, ...wanted].join("&");
      return base.href;
    }

    get #title() {
      return this.getAttribute("title") ?? `Interplay: ${this.getAttribute("scenario") ?? "figure"}`;
    }

    play() {
      return this.send("play");
    }

    pause() {
      return this.send("pause");
    }

    /** Goes to a moment, in seconds. */
    seek(time) {
      return this.send("seek", { time });
    }

    /** Opens `{ scenario }`, `{ link }` or `{ text }`. */
    open(what) {
      return this.send("open", what);
    }

    /** Changes a setting by its path; without a value, back to the author's. */
    set(path, value) {
      return this.send("set", { path, value });
    }

    /** Sends a message of the protocol; the promise is kept by its answer. */
    send(type, payload) {
      const target = this.#frame?.contentWindow;
      if (!target) {
        return Promise.reject(new Error("the figure is not in a page"));
      }
      const id = this.#next++;
      const answer = new Promise((keep, refuse) => {
        const timer = window.setTimeout(() => {
          this.#asked.delete(id);
          refuse(new Error("the figure did not answer"));
        }, PATIENCE_MS);
        this.#asked.set(id, { keep, refuse, timer });
      });
      target.postMessage({ v: VERSION, type, id, payload }, new URL(this.#frame.src).origin);
      return answer;
    }

    #build() {
      const frame = document.createElement("iframe");
      frame.title = this.#title;
      frame.loading = "lazy";
      frame.allow = "clipboard-write";
      frame.style.cssText = "display:block;width:100%;border:0";
      frame.src = this.address;
      this.style.display ||= "block";
      this.#frame = frame;
      this.#size();
      this.replaceChildren(frame);
    }

    #size(wanted) {
      const said = Number.parseInt(this.getAttribute("height") ?? "", 10);
      const height = Number.isFinite(said) ? said : (wanted ?? FIRST_HEIGHT);
      this.#frame.style.height = `${Math.min(Math.max(height, LEAST_HEIGHT), MOST_HEIGHT)}px`;
    }

    #hear(event) {
      const message = event.data;
      // Other frames, and other people's messages, are none of ours.
      if (this.#frame === null || event.source !== this.#frame.contentWindow || message?.v !== VERSION) {
        return;
      }
      const asked = this.#asked.get(message.id);
      if (asked !== undefined) {
        window.clearTimeout(asked.timer);
        this.#asked.delete(message.id);
        if (message.type === "error") {
          asked.refuse(new Error(message.payload?.code ?? "refused"));
        } else {
          asked.keep(message.payload);
        }
      }
      if (message.type === "ready") {
        // The handshake: from now on the figure tells us how it is.
        this.send("PING").then(
          (state) => this.#tell("state", state),
          () => {},
        );
        this.#tell("ready", message.payload);
      } else if (asked === undefined && (message.type === "state" || message.type === "error")) {
        this.#tell(message.type, message.payload);
      }
    }

    #tell(type, detail) {
      if (typeof detail?.height === "number") {
        this.#size(detail.height);
      }
      this.dispatchEvent(new CustomEvent(type, { detail }));
    }
  }

  if (!customElements.get("interplay-figure")) {
    customElements.define("interplay-figure", InterplayFigure);
  }
})();
