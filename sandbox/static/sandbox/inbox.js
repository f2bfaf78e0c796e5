// New messages appear by themselves. Without scripts the page is reloaded by hand.
const list = document.getElementById("messages");

const look = async () => {
  if (document.hidden) return;
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("messages");
  const newest = (part) => part.querySelector("[data-message]")?.dataset.message;
  if (newest(fresh) !== newest(list)) list.replaceChildren(...fresh.children);
};

setInterval(look, 2500);
