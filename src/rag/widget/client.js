// The guide's API (`/api/v1`): a visitor token, the answer as a stream, the passage behind a citation, the verdict.
// The token is minted by the server for this site and this visitor and runs out soon: nothing in here is a secret.

const SILENCE = 45000; // milliseconds without a sign of life, after which a stream counts as broken
const KINDS = { 403: "forbidden", 429: "limited", 503: "busy" };

export class Failure extends Error {
  constructor(kind, wait = 10) {
    super(kind);
    Object.assign(this, { kind, wait });
  }
}

export class Client {
  constructor(base, token, keep) {
    Object.assign(this, { base, token, keep });
  }

  config() {
    return this.json("config");
  }

  passage(id) {
    return this.json(`passage?id=${encodeURIComponent(id)}`);
  }

  judge(answerId, helpful) {
    return this.send("feedback", { answer_id: answerId, helpful });
  }

  // Events as `{ type, ...data }`; throws a Failure where the answer does not come to its end.
  async *ask(body, signal) {
    const control = new AbortController();
    const stop = () => control.abort();
    signal.addEventListener("abort", stop);
    let timer = setTimeout(stop, SILENCE);
    try {
      const response = await this.send("chat", body, control.signal);
      for await (const part of parts(response.body)) {
        clearTimeout(timer);
        timer = setTimeout(stop, SILENCE);
        for (const event of part) yield event;
      }
    } catch (error) {
      throw error instanceof Failure && !control.signal.aborted ? error : new Failure(signal.aborted ? "stopped" : "broken");
    } finally {
      clearTimeout(timer);
      stop(); // a reader who goes away frees the server
    }
  }

  async json(path) {
    return (await this.send(path)).json();
  }

  async send(path, body, signal, again = true) {
    if (!this.token && path !== "token" && path !== "config") await this.renew();
    const headers = { Accept: path === "chat" ? "text/event-stream" : "application/json" };
    if (body) headers["Content-Type"] = "application/json";
    if (this.token && path !== "token") headers.Authorization = `Bearer ${this.token}`;
    const request = { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body), signal, credentials: "omit" };
    const response = await fetch(new URL(`api/v1/${path}`, this.base), request).catch(() => {
      throw new Failure(navigator.onLine ? "network" : "offline");
    });
    if (response.ok) return response;
    if (response.status === 401 && again && path !== "token") {
      await this.renew();
      return this.send(path, body, signal, false);
    }
    throw await failureOf(response);
  }

  async renew() {
    const made = await (await this.send("token", { token: this.token || "" })).json();
    this.token = made.token;
    this.keep(made.token);
  }
}

async function failureOf(response) {
  const problem = await response.json().catch(() => ({}));
  const kind = KINDS[response.status] || (response.status < 500 ? "refused" : "server");
  return new Failure(kind, Math.ceil(Number(problem.retry_after) || 10));
}

// The events of each piece that arrives; a piece of none is a sign of life.
async function* parts(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const blocks = (rest + part.value).split(/\r?\n\r?\n/);
    rest = blocks.pop();
    yield blocks.map(event).filter(Boolean);
  }
}

function event(block) {
  const field = (name) => new RegExp(`^${name}: ?(.*)`, "m").exec(block)?.[1];
  return field("data") && { ...JSON.parse(field("data")), type: field("event") };
}
