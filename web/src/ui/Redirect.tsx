import { useEffect } from "react";
import { useLocation, useNavigate, type To } from "react-router";

interface Props {
  to: To;
  state?: unknown;
}

/** Leads elsewhere, unless somebody has left the page meanwhile: a click changes the address at once, and the page a moment later. */
export function Redirect({ to, state }: Props) {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const target = JSON.stringify(to);
  useEffect(() => {
    if (window.location.pathname === pathname) void navigate(JSON.parse(target) as To, { replace: true, state });
  }, [navigate, pathname, target, state]);
  return null;
}
