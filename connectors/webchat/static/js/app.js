// Loads the small parts of the page. Everything works on document level, so pieces htmx brings in later take part.
import "./theme.js";
import "./charts.js";
import "./drawer.js";
import "./composer.js";
import "./files.js";
import "./drafts.js";
import "./hand.js";
import "./keys.js";
import "./news.js";
import "./notices.js";
