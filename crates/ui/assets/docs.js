// Renders /openapi.json: operations by tag, their fields and examples, and a form to try each. Everything goes into
// the page as text, never as markup.

const methods = ["get", "post", "put", "patch", "delete"];

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return node;
}

// Text in which `backticks` mark code and single line ends mean nothing.
function words(text) {
  return (text ?? "").replace(/([^\n])\n(?!\n)/g, "$1 ").split("`").map((part, index) => (index % 2 ? el("code", {}, part) : part));
}

// A path that breaks after its slashes only.
function pathNodes(path) {
  return path.split(/(?<=\/)(?=.)/).flatMap((segment) => [el("span", { class: "segment" }, segment), el("wbr")]).slice(0, -1);
}

const pretty = (value) => JSON.stringify(value, null, 2);

function resolver(document) {
  return (schema) => {
    let seen = 0;
    while (schema?.$ref && seen++ < 20) {
      const target = schema.$ref.slice(2).split("/").reduce((node, key) => node?.[key], document);
      schema = { ...target, ...(schema.description ? { description: schema.description } : {}) };
    }
    return schema ?? {};
  };
}

// The schema without the "or null" around it.
function plain(schema, resolve) {
  const resolved = resolve(schema);
  const variants = (resolved.oneOf ?? resolved.anyOf ?? []).filter((variant) => variant.type !== "null");
  return variants.length === 1 ? { ...plain(variants[0], resolve), description: resolved.description } : resolved;
}

function typeName(schema, resolve) {
  const at = plain(schema, resolve);
  if (at.enum) return at.enum.map((value) => pretty(value)).join(" | ");
  if (at.oneOf) return at.oneOf.map((variant) => typeName(variant, resolve)).join(" | ");
  const kinds = [].concat(at.type ?? "any").filter((kind) => kind !== "null");
  if (kinds[0] === "array") return `array of ${at.items ? typeName(at.items, resolve) : "any"}`;
  return kinds.join(" | ") + (at.format ? ` (${at.format})` : "");
}

function limits(schema) {
  const words = [];
  if (schema.minimum !== undefined) words.push(`at least ${schema.minimum}`);
  if (schema.maximum !== undefined) words.push(`at most ${schema.maximum}`);
  if (schema.maxItems !== undefined) words.push(`at most ${schema.maxItems} items`);
  if (schema.maxLength !== undefined) words.push(`at most ${schema.maxLength} characters`);
  if (schema.default !== undefined && schema.default !== null) words.push(`default ${pretty(schema.default)}`);
  return words.length ? ` [${words.join(", ")}]` : "";
}

function fields(schema, resolve, depth = 0) {
  const at = plain(schema, resolve);
  if (depth > 6) return null;
  if ([].concat(at.type).includes("array") && at.items) return fields(at.items, resolve, depth + 1);
  if (at.oneOf) return at.oneOf.map((variant) => fields(variant, resolve, depth + 1));
  if (!at.properties) return null;
  return el("ul", { class: "fields" }, Object.entries(at.properties).map(([name, property]) => {
    const shown = plain(property, resolve);
    return el("li", {},
      el("code", {}, name), " ", el("span", { class: "type" }, typeName(property, resolve) + limits(shown)), " ",
      at.required?.includes(name) ? el("span", { class: "must" }, "required") : null,
      el("div", {}, words(property.description ?? shown.description)),
      fields(property, resolve, depth + 1));
  }));
}

// An example that was given, else one made from the schema's own examples and defaults.
function example(schema, resolve, depth = 0) {
  const at = plain(schema, resolve);
  if (at.examples?.length) return at.examples[0];
  if (at.example !== undefined) return at.example;
  if (at.default !== undefined) return at.default;
  if (at.enum) return at.enum[0];
  if (depth > 6) return null;
  if (at.oneOf?.length) return example(at.oneOf[0], resolve, depth + 1);
  const kind = [].concat(at.type)[0];
  if (kind === "array") return at.items ? [example(at.items, resolve, depth + 1)] : [];
  if (at.properties) {
    return Object.fromEntries(Object.entries(at.properties).map(([name, property]) => [name, example(property, resolve, depth + 1)]));
  }
  return { string: "string", integer: 0, number: 0, boolean: false, object: {} }[kind] ?? null;
}

function mediaExample(media, resolve) {
  if (media.example !== undefined) return media.example;
  const named = Object.values(media.examples ?? {})[0];
  return named?.value ?? example(media.schema, resolve);
}

function tryForm(method, path, operation, resolve) {
  const inputs = (operation.parameters ?? []).map((parameter) => [parameter, el("input", { placeholder: parameter.required ? "required" : "" })]);
  const media = operation.requestBody?.content?.["application/json"];
  const body = media && el("textarea", { "aria-label": "Request body", spellcheck: "false" });
  if (body) body.value = pretty(mediaExample(media, resolve));
  const output = el("div", { "aria-live": "polite" });

  const send = async (event) => {
    event.preventDefault();
    let address = path;
    const query = new URLSearchParams();
    const headers = {};
    for (const [parameter, input] of inputs) {
      if (parameter.in === "path") address = address.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
      else if (!input.value) continue;
      else if (parameter.in === "header") headers[parameter.name] = input.value;
      else query.append(parameter.name, input.value);
    }
    if (query.size) address += `?${query}`;
    const key = document.getElementById("key").value.trim();
    if (key) headers.authorization = `Bearer ${key}`;
    if (body) headers["content-type"] = "application/json";
    output.replaceChildren("Sending…");
    try {
      const started = performance.now();
      const answer = await fetch(address, { method: method.toUpperCase(), headers, body: body?.value, redirect: "manual" });
      const text = await answer.text();
      let shown = text;
      try { shown = pretty(JSON.parse(text)); } catch { /* not JSON: shown as it came */ }
      output.replaceChildren(
        el("p", {}, el("span", { class: `status ${answer.ok ? "ok" : "no"}` }, `${answer.status || "redirect"} ${answer.statusText}`),
          ` ${method.toUpperCase()} ${address}, ${Math.round(performance.now() - started)} ms`),
        el("pre", {}, shown || "(no body)"));
    } catch (error) {
      output.replaceChildren(el("p", { class: "notice bad" }, `The request did not reach the server: ${error.message}`));
    }
  };
  return el("form", { class: "try", onsubmit: send },
    inputs.map(([parameter, input]) => el("label", {}, parameter.name, input)),
    body, el("div", {}, el("button", { type: "submit" }, "Send")), output);
}

function responses(operation, resolve) {
  return Object.entries(operation.responses ?? {}).map(([status, given]) => {
    const response = resolve(given);
    const [type, media] = Object.entries(response.content ?? {})[0] ?? [];
    const wordy = media && !type.includes("problem") && type.includes("json");
    return el("details", { open: status.startsWith("2") },
      el("summary", {}, el("span", { class: `status ${status.startsWith("2") ? "ok" : "no"}` }, status), " ", words(response.description)),
      wordy ? el("pre", {}, pretty(mediaExample(media, resolve))) : null,
      wordy ? el("details", {}, el("summary", {}, "Fields"), fields(media.schema, resolve)) : null);
  });
}

function operationView(method, path, operation, resolve) {
  const media = operation.requestBody?.content?.["application/json"];
  const inside = el("div", { class: "inside" });
  const details = el("details", {}, el("summary", {},
    el("span", { class: `method ${method}` }, method), el("code", { class: "path" }, pathNodes(path)),
    el("span", { class: "summary" }, operation.summary ?? "")), inside);
  // Filled when it is opened first: the page stays light on a phone.
  details.addEventListener("toggle", () => {
    if (inside.childElementCount) return;
    inside.append(...[
      operation.description ? el("p", { class: "lead" }, words(operation.description)) : null,
      operation.parameters?.length ? el("h3", {}, "Parameters") : null,
      operation.parameters?.length ? el("ul", { class: "fields" }, operation.parameters.map((parameter) => el("li", {},
        el("code", {}, parameter.name), " ", el("span", { class: "type" }, `${parameter.in}, ${typeName(parameter.schema, resolve)}${limits(plain(parameter.schema, resolve))}`), " ",
        parameter.required ? el("span", { class: "must" }, "required") : null, el("div", {}, words(parameter.description))))) : null,
      media ? el("h3", {}, "Body") : null,
      media ? el("pre", {}, pretty(mediaExample(media, resolve))) : null,
      media ? el("details", {}, el("summary", {}, "Fields"), fields(media.schema, resolve)) : null,
      el("h3", {}, "Answers"), ...responses(operation, resolve),
      el("h3", {}, "Try it"), tryForm(method, path, operation, resolve),
    ].filter(Boolean));
  });
  return el("article", { id: operation.operationId }, details);
}

function problemTable(codes) {
  return el("section", {}, el("h2", { id: "problems" }, "Problem codes"),
    el("p", {}, "Errors are application/problem+json. The code keeps its meaning; status, title and detail are for people."),
    el("table", {}, el("thead", {}, el("tr", {}, el("th", {}, "Code"), el("th", {}, "Status"), el("th", {}, "Meaning"))),
      el("tbody", {}, codes.map((row) => el("tr", { id: `problem-${row.code}` },
        el("td", {}, el("code", {}, row.code)), el("td", {}, String(row.status)), el("td", {}, words(row.meaning)))))));
}

function render(api) {
  const resolve = resolver(api);
  const main = document.getElementById("main");
  const contents = document.getElementById("contents");
  main.replaceChildren(el("p", { class: "lead" }, words(api.info.description)), el("p", { class: "small" }, `Version ${api.info.version}, `, el("a", { href: "/openapi.json" }, "openapi.json")));
  contents.replaceChildren();
  const entries = [];
  for (const tag of api.tags ?? []) {
    const section = el("section", {}, el("h2", {}, tag.name), el("p", {}, words(tag.description)));
    const list = el("div", {}, el("h2", {}, tag.name));
    for (const [path, item] of Object.entries(api.paths)) {
      for (const method of methods.filter((name) => item[name]?.tags?.includes(tag.name))) {
        const operation = item[method];
        const view = operationView(method, path, operation, resolve);
        const link = el("a", { href: `#${operation.operationId}`, onclick: () => { view.firstChild.open = true; } },
          el("span", { class: `method ${method}` }, method), " ", pathNodes(path));
        section.append(view);
        list.append(link);
        entries.push({ words: `${method} ${path} ${operation.summary} ${operation.operationId}`.toLowerCase(), nodes: [view, link] });
      }
    }
    main.append(section);
    contents.append(list);
  }
  main.append(problemTable(api["x-problem-codes"] ?? []));
  contents.append(el("a", { href: "#problems" }, "Problem codes"));
  document.getElementById("find").addEventListener("input", (event) => {
    const wanted = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const { words, nodes } of entries) {
      for (const node of nodes) node.hidden = !wanted.every((word) => words.includes(word));
    }
  });
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target) {
    if (target.firstChild?.tagName === "DETAILS") target.firstChild.open = true;
    target.scrollIntoView();
  }
}

const key = document.getElementById("key");
key.value = sessionStorage.getItem("kalends-key") ?? "";
document.getElementById("key-form").addEventListener("submit", (event) => event.preventDefault());
key.addEventListener("input", () => sessionStorage.setItem("kalends-key", key.value));

try {
  const answer = await fetch("/openapi.json");
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  render(await answer.json());
} catch (error) {
  document.getElementById("main").replaceChildren(el("p", { class: "notice bad" }, `openapi.json could not be read: ${error.message}`));
}
