/** A frame is not waited for longer than this, in ms: a browser paints nothing of a tab that nobody sees. */
const longestMs = 100;

/** Resolves once what has been drawn until now is on the screen, so that costly work can follow what somebody waits for. */
export const painted = (): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, longestMs);
    requestAnimationFrame(() =>
      setTimeout(() => {
        clearTimeout(timer);
        resolve();
      }),
    );
  });
