import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";

// `npm run dev -w packages/console` serves the sources and asks a running `holdpoint dev` for data.
const server = process.env.HOLDPOINT_URL ?? "http://127.0.0.1:4400";

export default defineConfig({
  root: import.meta.dirname,
  // The server puts its own prefix before the paths of the page; chunks find each other by their own addresses.
  base: "./",
  plugins: [tailwindcss()],
  resolve: {
    alias: { "@holdpoint/client": fileURLToPath(new URL("../client/src/index.ts", import.meta.url)) },
  },
  build: {
    outDir: "dist/app",
    emptyOutDir: true,
    target: "es2022",
    // The policy forbids inline files as well as inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: "manifest.json",
    rolldownOptions: {
      output: {
        // What several screens share is one file: a browser asks for six at a time, and twenty of some hundred bytes were most of what a
        // first look at the inbox waited for.
        codeSplitting: {
          groups: [
            {
              name: "shared",
              test: /[\\/](?:console[\\/]src[\\/](?:ui|data|forms)|node_modules[\\/](?!@codemirror|@lezer|@xyflow|@dagrejs|d3-|recharts|uplot))/,
              minShareCount: 3,
            },
          ],
        },
      },
    },
  },
  server: { proxy: { "^/(api|auth|healthz)": { target: server } } },
});
