"use strict";

const TEXTS = {
  zh: {
    title: "企业微信模拟器", me: "我是", line: "消息", file: "文件", send: "发送", drop: "取消引用", quote: "引用",
    console: "管理后台：地址和密钥", skip: "时间快进（分钟）", go: "快进", chats: "会话", streaming: "正在输入…",
    expired: "回答超时中断", recalled: "消息已撤回", lost: "机器人没有收到", failed: "没有响应，请重试", menu: "菜单", image: "图片", group: "群", bot: "机器人", app: "应用", kf: "微信客服", oa: "公众号", enter: "进入会话（链接参数）", follow: "关注 / 扫码（参数）", taken: "客服接手", ended: "客服结束", oaUrl: "公众号回调地址",
    good: "有帮助", bad: "没帮助", other: "English", url: "应用回调地址", save: "保存并验证", passed: "已保存", refused: "验证没有通过", notShown: "屏幕上没有这个按钮了", wrong: "没有成功：",
  },
  en: {
    title: "WeCom emulator", me: "I am", line: "Message", file: "File", send: "Send", drop: "Drop the quote", quote: "Quote",
    console: "Console: addresses and keys", skip: "Move time on (minutes)", go: "Move", chats: "Chats",
    streaming: "is typing…", expired: "The answer was cut off", recalled: "Recalled", lost: "The bot did not get this",
    failed: "No response, try again", menu: "Menu", image: "Picture", group: "group", bot: "bot", app: "app", kf: "WeChat service", oa: "Official Account", enter: "Enter (what the link says)", follow: "Follow / scan (what the code says)", taken: "A servicer takes over", ended: "The servicer ends it", oaUrl: "Callback address of the Official Account", good: "Helpful", bad: "Not helpful", other: "中文", url: "Callback address of the app", save: "Save and verify", passed: "Saved", refused: "Not verified",
    notShown: "That button is no longer shown", wrong: "That failed: ",
  },
};
const at = (id) => document.getElementById(id);
const token = new URLSearchParams(location.hash.slice(1)).get("token") || "";
let lang = "zh", people = [], chat = null, quote = "", seen = "", choices = {};
const t = (key) => TEXTS[lang][key];

async function call(name, body) {
  const options = { headers: { Authorization: "Bearer " + token } };
  if (body !== undefined) Object.assign(options, { method: "POST", body: JSON.stringify(body) });
  const answer = await fetch("_ctl/" + name, options);
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.error === "NotShown" ? t("notShown") : t("wrong") + (found.what || found.error));
  return found;
}

async function attempt(work) {
  at("trouble").hidden = true;
  try {
    await work();
    await refresh();
  } catch (wrong) {
    at("trouble").textContent = wrong.message;
    at("trouble").hidden = false;
  }
}

function speakLanguage() {
  document.documentElement.lang = lang;
  document.title = at("title").textContent = t("title");
  for (const one of document.querySelectorAll("[data-t]")) one.textContent = t(one.dataset.t);
  at("chats").setAttribute("aria-label", t("chats"));
  at("lang").textContent = t("other");
  at("lang").lang = lang === "zh" ? "en" : "zh";
  seen = "";
  if (people.length) showChats();
}

function showChats() {
  const mine = people.find((one) => one.userid === at("me").value).chats;
  at("chats").replaceChildren(...mine.map((one) => {
    const button = element("button", one.name + " ");
    button.append(element("span", t(one.kind), "kind"));
    button.type = "button";
    button.addEventListener("click", () => open(one));
    if (chat && one.chat === chat.chat) button.setAttribute("aria-current", "true");
    return button;
  }));
  return mine;
}

function open(one) {
  chat = one;
  seen = "";
  unquote();
  showChats();
  at("chat-name").textContent = one.name;
  const bot = one.kind === "group" && one.bots[0];
  at("mention-label").hidden = !bot;
  at("mention-name").textContent = bot ? "@" + bot.name : "";
  attempt(async () => {
    if (one.kind === "bot") await call("enter_chat", { user: at("me").value, bot_id: one.bot_id });
    showOutside(one);
    if (one.kind === "app") await call("in_app", { user: at("me").value, agentid: one.agentid });
  });
}

async function refresh() {
  if (!chat) return;
  const user = at("me").value;
  const found = await call("transcript?" + new URLSearchParams({ user, chat: chat.chat }));
  const now = JSON.stringify(found.messages);
  if (now === seen) return;
  seen = now;
  const log = at("log");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  const focused = document.activeElement && document.activeElement.id;
  at("messages").replaceChildren(...found.messages.map(shown));
  if (atEnd) log.scrollTop = log.scrollHeight;
  if (focused && at(focused)) at(focused).focus();
}

function showOutside(one) {
  const user = at("me").value, bar = at("outside");
  bar.hidden = !["kf", "oa"].includes(one.kind);
  at("scene").value = "";
  at("scene-label").textContent = t(one.kind === "kf" ? "enter" : "follow");
  const act = (id, label, name, body) => press(id, label, () => attempt(async () => { await call(name, { user, ...body() }); await again(); }));
  const kf = { open_kfid: one.open_kfid, servicer: "lina" };
  at("outside-do").replaceChildren(...(one.kind === "kf"
    ? [act("do-enter", t("go"), "enter_session", () => ({ open_kfid: one.open_kfid, scene_param: at("scene").value })),
      act("do-take", t("taken"), "serve", () => ({ ...kf, does: "takes" })),
      act("do-end", t("ended"), "serve", () => ({ ...kf, does: "ends" }))]
    : [act("do-follow", t("go"), "follow", () => ({ scene: at("scene").value })),
      ...clickable(one.menu || []).map((button) => act("m-" + button.key, button.name, "tap", () => ({ key: button.key })))]));
}

const clickable = (menu) => menu.flatMap((button) => [button, ...(button.sub_button || [])]).filter((button) => button.key);

async function again() {
  people = (await call("people")).users;
  const mine = people.find((one) => one.userid === at("me").value).chats;
  chat = mine.find((one) => one.chat === chat.chat);
  showOutside(chat);
}

function shown(message) {
  const row = element("li", "", message.mine ? "mine" : "");
  row.append(element("span", message.name, "name"));
  const bubble = element("div", "", "bubble" + (message.card ? " card" : ""));
  row.append(bubble);
  if (message.state === "recalled") {
    bubble.append(element("p", t("recalled"), "faint"));
    return row;
  }
  if (message.quote) bubble.append(element("blockquote", message.quote));
  if (message.card) card(bubble, message);
  else if (message.menu) choicesOf(bubble, message);
  else if (message.image) bubble.append(picture(message));
  else if (message.filename) bubble.append(element("p", t("file") + " · " + message.filename));
  else if (["stream", "markdown", "markdown_v2"].includes(message.msgtype)) bubble.append(markdown(message.content, message.mentions));
  else if (message.content) bubble.append(plain(message.content));
  for (const one of message.articles || []) bubble.append(link(one.title, one.url || ""), element("p", one.description, "faint"));
  for (const [state, key] of [["streaming", "streaming"], ["expired", "expired"]])
    if (message.state === state) row.append(element("span", t(key), "faint"));
  if (!message.delivered) row.append(element("span", t("lost"), "warning"));
  row.append(tools(message));
  return row;
}

function choicesOf(bubble, message) {
  bubble.append(plain(message.menu.head));
  const list = element("ul");
  message.menu.items.forEach((one, place) => {
    const item = element("li");
    const tap = () => attempt(() => call("tap", { user: at("me").value, message_id: message.message_id, key: one.id }));
    item.append(one.type === "click" ? press("t-" + message.message_id + place, one.content, tap) : one.type === "view" ? link(one.content, one.url) : plain(one.content));
    list.append(item);
  });
  bubble.append(list);
  if (message.menu.tail) bubble.append(element("p", message.menu.tail, "faint"));
}

function picture(message) {
  const made = element("img");
  made.src = "data:image/*;base64," + message.image;
  made.alt = message.filename || message.msgtype;
  return made;
}

function tools(message) {
  const bar = element("span", "", "tools");
  if (message.content && ["bot", "group"].includes(chat.kind))
    bar.append(press("q-" + message.message_id, t("quote"), () => {
      quote = message.message_id;
      at("quoted-text").textContent = message.content.slice(0, 60);
      at("quoted").hidden = false;
      at("line").focus();
    }));
  if (message.feedback)
    for (const [key, type] of [["good", 1], ["bad", 2]])
      bar.append(press(key + message.message_id, t(key), () =>
        attempt(() => call("feedback", { user: at("me").value, message_id: message.message_id, type }))));
  return bar;
}

function press(id, label, act, className) {
  const button = element("button", label, className);
  button.type = "button";
  button.id = id;
  button.addEventListener("click", act);
  return button;
}

function card(bubble, message) {
  const it = message.card;
  const line = (text, className) => text && bubble.append(element("p", text, className));
  if (it.source) line(it.source.desc, "faint");
  if (it.main_title) { line(it.main_title.title, "heading"); line(it.main_title.desc, "faint"); }
  if (it.card_image) line(t("image") + " · " + it.card_image.url, "faint");
  if (it.emphasis_content) { line(it.emphasis_content.title, "emphasis"); line(it.emphasis_content.desc, "faint"); }
  if (it.quote_area) { line(it.quote_area.title, "quote"); line(it.quote_area.quote_text, "quote"); }
  line(it.sub_title_text);
  for (const one of it.vertical_content_list || []) { line(one.title, "heading"); line(one.desc); }
  if (it.horizontal_content_list) {
    const table = element("dl");
    for (const one of it.horizontal_content_list) {
      const value = element("dd");
      value.append(one.url ? link(one.value || one.url, one.url) : one.value || "");
      table.append(element("dt", one.keyname), value);
    }
    bubble.append(table);
  }
  for (const one of it.jump_list || []) bubble.append(link(one.title, one.url || ""));
  for (const one of [it.button_selection, ...(it.select_list || [])]) if (one) bubble.append(selector(message, one));
  if (it.checkbox) bubble.append(options(message, it.checkbox));
  bubble.append(buttons(message));
  if (message.failed) line(t("failed"), "warning");
}

const chosen = (message) => (choices[message.message_id] ||= {});

function selector(message, one) {
  const label = element("label", (one.title || one.question_key) + " ");
  const select = element("select");
  select.id = "s-" + message.message_id + one.question_key;
  for (const option of one.option_list) select.append(new Option(option.text, option.id));
  select.value = (chosen(message)[one.question_key] || [one.selected_id || one.option_list[0].id])[0];
  select.disabled = Boolean(one.disable);
  select.addEventListener("change", () => { chosen(message)[one.question_key] = [select.value]; });
  label.append(select);
  return label;
}

function options(message, box) {
  const set = element("fieldset");
  set.append(element("legend", message.card.main_title ? message.card.main_title.title : box.question_key, "sr"));
  const preset = () => box.option_list.filter((one) => one.is_checked).map((one) => one.id);
  for (const one of box.option_list) {
    const label = element("label"), input = element("input");
    input.type = box.mode === 1 ? "checkbox" : "radio";
    input.name = input.type + message.message_id;
    input.value = one.id;
    input.id = "o-" + message.message_id + one.id;
    input.checked = (chosen(message)[box.question_key] || preset()).includes(one.id);
    input.addEventListener("change", () => {
      chosen(message)[box.question_key] = [...set.querySelectorAll("input:checked")].map((each) => each.value);
    });
    label.append(input, " " + one.text);
    set.append(label);
  }
  return set;
}

function buttons(message) {
  const it = message.card, row = element("div", "", "buttons");
  const said = message.greyed || it.replace_text;
  if (said) {
    const grey = press("g-" + message.message_id, said, () => {});
    grey.disabled = true;
    row.append(grey);
    return row;
  }
  const click = (key) => attempt(() =>
    call("click", { user: at("me").value, message_id: message.message_id, key, selected: chosen(message) }));
  for (const one of it.button_list || [])
    row.append(one.type === 1 ? link(one.text, one.url) : press("b-" + message.message_id + one.key, one.text, () => click(one.key), "style" + (one.style || 1)));
  if (it.submit_button) row.append(press("b-" + message.message_id + it.submit_button.key, it.submit_button.text, () => click(it.submit_button.key), "style1"));
  for (const one of it.action_menu ? it.action_menu.action_list : [])
    row.append(press("b-" + message.message_id + one.key, t("menu") + " · " + one.text, () => click(one.key), "menu"));
  return row;
}

async function showConsole() {
  at("console-text").textContent = JSON.stringify(await call("console"), null, 2);
}

function unquote() {
  quote = "";
  at("quoted").hidden = true;
}

function place() {
  const user = at("me").value;
  if (chat.kind === "app") return { user, channel: "app", agentid: chat.agentid };
  if (chat.kind === "kf") return { user, channel: "kf", open_kfid: chat.open_kfid };
  if (chat.kind === "oa") return { user, channel: "oa" };
  if (chat.kind === "bot") return { user, channel: "aibot_ws", bot_id: chat.bot_id };
  const bot = chat.bots[0];
  return { user, channel: "aibot_ws", chat: chat.chat, bot_id: bot ? bot.bot_id : "", mention: Boolean(bot) && at("mention").checked };
}

at("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const content = at("line").value.trim();
  if (!content || !chat) return;
  attempt(async () => {
    await call("user_says", { ...place(), content, ...(quote ? { quote } : {}) });
    at("line").value = "";
    unquote();
  });
});
at("line").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    at("say").requestSubmit();
  }
});
at("file").addEventListener("change", () => attempt(async () => {
  const file = at("file").files[0];
  if (!file || !chat) return;
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let from = 0; from < bytes.length; from += 32768) binary += String.fromCharCode(...bytes.subarray(from, from + 32768));
  at("file").value = "";
  await call("user_says", { ...place(), type: "file", file: btoa(binary), filename: file.name });
}));
at("unquote").addEventListener("click", unquote);
at("me").addEventListener("change", () => { choices = {}; open(showChats()[0]); });
at("lang").addEventListener("click", () => { lang = lang === "zh" ? "en" : "zh"; speakLanguage(); attempt(async () => {}); });
at("callback").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    const app = (await call("console")).apps[0];
    const check = await call("verify_url", { agentid: app.agentid, url: at("url").value });
    at("checked").textContent = check.passed ? t("passed") : t("refused") + " (" + (check.status || "-") + ")";
    await showConsole();
  });
});
at("account").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    const check = await call("verify_account", { url: at("account-url").value, mode: at("mode").value });
    at("account-checked").textContent = check.passed ? t("passed") : t("refused") + " (" + (check.status || "-") + ")";
    await showConsole();
  });
});
at("skip").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(() => call("clock", { advance: 60 * Number(at("minutes").value) }));
});

attempt(async () => {
  people = (await call("people")).users;
  at("me").append(...people.map((one) => new Option(one.name, one.userid)));
  await showConsole();
  open(showChats()[0]);
  setInterval(() => refresh().catch(() => {}), 700);
});
