import classes from "./Reports.module.css";

/** A report as it is mailed. It runs no scripts; its links open beside this page. */
export function Paper({ title, html }: { title: string; html: string }) {
  const page = html.replace("<head>", '<head><base target="_blank">');
  return (
    <iframe
      className={classes["paper"]}
      title={title}
      srcDoc={page}
      sandbox="allow-popups allow-popups-to-escape-sandbox"
    />
  );
}
