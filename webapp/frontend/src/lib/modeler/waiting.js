// Asks once the changes pause; an answer that another question overtook is dropped.
export function latest(ask, pause) {
  let asked = 0;
  let timer = 0;
  const now = async () => {
    const mine = ++asked;
    const show = await ask();
    if (mine === asked) show();
  };
  return {
    now,
    soon: () => {
      clearTimeout(timer);
      timer = setTimeout(now, pause);
    },
  };
}
