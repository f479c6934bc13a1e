import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const api = { target: "http://127.0.0.1:8321", changeOrigin: false };

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../src/promptpulse/static",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "echarts", test: /node_modules[\\/](echarts|zrender)/ },
            { name: "react", test: /node_modules[\\/](react|react-dom|react-router|scheduler|@tanstack)[\\/]/ },
            { name: "calendar", test: /node_modules[\\/](@mantine[\\/]dates|dayjs)/ },
            { name: "mantine", test: /node_modules[\\/](@mantine|@floating-ui)/ },
          ],
        },
      },
    },
  },
  server: { host: "127.0.0.1", port: 5173, strictPort: true, proxy: { "/api": api, "/v1": api } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
