import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules", "src/api/openapi.ts"] },
  js.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    extends: [
      ...tseslint.configs.strictTypeChecked,
      ...tseslint.configs.stylisticTypeChecked,
      reactHooks.configs.flat["recommended-latest"],
    ],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "no-restricted-syntax": [
        "error",
        {
          selector: "CallExpression[callee.property.name=/^to(Fixed|LocaleString|LocaleDateString|LocaleTimeString)$/]",
          message: "Format numbers and times with src/format: one place decides units and zones.",
        },
      ],
      "no-restricted-imports": [
        "error",
        {
          patterns: [{ group: ["echarts", "echarts/*"], message: "Only charts/Drawing.tsx draws; toOption.ts maps." }],
        },
      ],
    },
  },
  {
    files: ["src/charts/Drawing.tsx", "src/charts/**/toOption.ts", "src/charts/**/*.test.ts"],
    rules: { "no-restricted-imports": "off" },
  },
  { files: ["src/format/**"], rules: { "no-restricted-syntax": "off" } },
);
