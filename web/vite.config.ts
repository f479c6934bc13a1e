import react from "@vitejs/plugin-react";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** The page /docs (public/docs) shows the OpenAPI document with Swagger UI, served from here like all else. */
function apiReference(): Plugin {
  const require = createRequire(import.meta.url);
  return {
    name: "api-reference",
    apply: "build",
    generateBundle() {
      for (const file of ["swagger-ui.css", "swagger-ui-bundle.js"]) {
        const source = readFileSync(require.resolve(`swagger-ui-dist/${file}`));
        this.emitFile({ type: "asset", fileName: `docs/${file}`, source });
      }
    },
  };
}

const api = { target: `http://127.0.0.1:${process.env["PROMPTPULSE_PORT"] ?? "8321"}`, changeOrigin: false };

export default defineConfig({
  plugins: [react(), apiReference()],
  build: {
    outDir: "../src/promptpulse/static",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // the first that matches takes a module and what it needs, so what all pages share comes first
          groups: [
            {
              name: "react",
              priority: 4,
              test: /node_modules[\\/](react|react-dom|react-router|scheduler|@tanstack)[\\/].*js$/,
            },
            {
              name: "mantine",
              priority: 3,
              test: /node_modules[\\/](@mantine[\\/](core|hooks|form|notifications|spotlight|store)|@floating-ui|clsx)[\\/].*js$/,
            },
            { name: "calendar", priority: 2, test: /node_modules[\\/](@mantine[\\/]dates|dayjs)[\\/].*js$/ },
            { name: "echarts", priority: 1, test: /node_modules[\\/](echarts|zrender)[\\/].*js$/ },
          ],
        },
      },
    },
  },
  server: { host: "127.0.0.1", port: 5173, strictPort: true, proxy: { "/api": api, "/v1": api } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
