import { Navigate, useSearchParams } from "react-router";
import { useSession } from "../../api/useSession";
import { Logo } from "../../ui/Logo";
import { LinkSignIn } from "./LinkSignIn";
import { PasswordSignIn } from "./PasswordSignIn";
import { safeReturn } from "./safeReturn";
import classes from "./SignIn.module.css";

/** Sign-in by a one-time link (`?token=`) or by email and password; then on to `?return=`. */
export function SignIn() {
  const [params] = useSearchParams();
  const { data: session } = useSession(false);
  const token = params.get("token");
  if (session) return <Navigate to={safeReturn(params.get("return"))} replace />;
  return (
    <main className={classes["page"]}>
      <div className={classes["box"]}>
        <div className={classes["brand"]}>
          <Logo size={34} />
          <h1 className={classes["name"]}>PromptPulse</h1>
          <p className={classes["claim"]}>Production metrics for your prompts</p>
        </div>
        {token === null ? <PasswordSignIn /> : <LinkSignIn key={token} token={token} />}
      </div>
    </main>
  );
}
