import { connect, createServer, type Socket } from "node:net";

/** What a browser reaches a server through; it can be cut and mended. */
export interface Cable {
  /** The server's address by this cable. */
  url: string;
  /** Ends every connection and takes none. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Lays a cable to a server on this machine. */
export async function layCable(to: string): Promise<Cable> {
  const target = new URL(to);
  const ends = new Set<Socket>();
  let whole = true;
  const server = createServer((near) => {
    if (!whole) return void near.destroy();
    const far = connect(Number(target.port), "127.0.0.1");
    for (const end of [near, far]) {
      ends.add(end);
      end.on("close", () => {
        ends.delete(end);
        near.destroy();
        far.destroy();
      });
      end.on("error", () => end.destroy());
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const cut = (): void => {
    whole = false;
    for (const end of ends) end.destroy();
  };
  return {
    url: Object.assign(new URL(target), { port: String(port) }).href,
    cut,
    mend: () => {
      whole = true;
    },
    close: () => {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
