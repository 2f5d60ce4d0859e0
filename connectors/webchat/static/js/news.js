// Creators' answers that arrive while a chat is open: asked for every few seconds, only while somebody looks and
// no answer of ours is being streamed.
const AGAIN = 2000;
const first = document.querySelector("#news");

if (first) {
  setInterval(() => {
    if (document.visibilityState !== "visible" || document.querySelector("[data-live-turn]")) return;
    const news = document.querySelector("#news");
    if (news) htmx.trigger(news, "daren:poll", {}, false);
  }, Number(first.dataset.newsSeconds) * 1000);
}

// A stream that could not even begin (a tunnel, a restarted server) is tried again; one that began resumes by itself.
document.addEventListener("htmx:error", (event) => {
  const stream = event.target.closest?.("[hx-sse\\:connect]");
  if (!stream) return;
  setTimeout(() => {
    if (stream.isConnected) htmx.ajax("GET", stream.getAttribute("hx-sse:connect"), { source: stream });
  }, AGAIN);
});
