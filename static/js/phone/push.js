// What the worker shows while no page is open: of which kind it is, and a way to it. Nobody's name and no word of a post
// is in it, since a phone that lies on a table shows it to everybody.

export function listenForPush() {
  addEventListener("push", (event) => event.waitUntil(show(event.data)));
  addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(open(event.notification.data?.url ?? "/aviseringar/"));
  });
}

// A browser takes the right to push away from whoever shows nothing for it, so something is shown in any case.
async function show(data) {
  const said = read(data);
  await registration.showNotification(said.title ?? "Seko Social", {
    body: said.body ?? "",
    tag: said.tag,
    lang: said.lang,
    icon: "/static/img/app-192.png",
    data: { url: said.url },
  });
}

function read(data) {
  try {
    return data?.json() ?? {};
  } catch {
    return {};
  }
}

// In the window that is open, if there is one. Only ever on this site.
async function open(address) {
  const url = new URL(address, location.origin);
  if (url.origin !== location.origin) return;
  const windows = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const [shown] = windows;
  if (!shown) return void (await clients.openWindow(url.href));
  await shown.focus();
  await shown.navigate(url.href).catch(() => clients.openWindow(url.href));
}
