// Creators' answers that arrive while a chat is open: asked for every few seconds, only while somebody looks and
// no answer of ours is being streamed.
const first = document.querySelector("#news");

if (first) {
  setInterval(() => {
    if (document.visibilityState !== "visible" || document.querySelector("[data-live-turn]")) return;
    const news = document.querySelector("#news");
    if (news) htmx.trigger(news, "daren:poll", {}, false);
  }, Number(first.dataset.newsSeconds) * 1000);
}
