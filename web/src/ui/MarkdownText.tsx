import Markdown from "react-markdown";
import remarkGfm from "remark-gfm";

/** Markdown as its author wrote it. HTML in it is text, and links say nothing of this page. */
export function MarkdownText({ text }: { text: string }) {
  return (
    <Markdown
      remarkPlugins={[remarkGfm]}
      components={{
        a: ({ href, children }) => (
          <a href={href} target="_blank" rel="noopener noreferrer nofollow">
            {children}
          </a>
        ),
        // a picture elsewhere would tell its owner who reads this
        img: ({ alt }) => <em>{alt === undefined || alt === "" ? "picture" : alt}</em>,
        // of a list of tasks
        input: ({ checked }) => <input type="checkbox" checked={checked} readOnly disabled aria-label="Done" />,
        h1: ({ children }) => <h3>{children}</h3>,
        h2: ({ children }) => <h3>{children}</h3>,
      }}
    >
      {text}
    </Markdown>
  );
}
