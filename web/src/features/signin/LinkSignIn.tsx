import { Button, Loader, Stack, Text } from "@mantine/core";
import { useEffect, useEffectEvent } from "react";
import { Link } from "react-router";
import { Failure } from "../../ui/Failure";
import { useSignIn } from "./useSignIn";

/** Tokens that this page has redeemed: each works once, and React may mount a page twice. */
const redeemed = new Set<string>();

export function LinkSignIn({ token }: { token: string }) {
  const signIn = useSignIn();
  const redeem = useEffectEvent(() => {
    if (redeemed.has(token)) return;
    redeemed.add(token);
    signIn.mutate({ token });
  });
  useEffect(() => redeem(), [token]);
  if (signIn.isError) {
    return (
      <Stack gap="xs">
        <Failure what="This sign-in link does not work" error={signIn.error} />
        <Button component={Link} to="/sign-in" variant="default">
          Sign in with a password
        </Button>
      </Stack>
    );
  }
  return (
    <Stack align="center" gap="xs" role="status">
      <Loader size="sm" />
      <Text c="dimmed">Signing you in</Text>
    </Stack>
  );
}
